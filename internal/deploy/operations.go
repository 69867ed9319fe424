package deploy

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"golang.org/x/sync/errgroup"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// Operation is one deploy or destroy of the past: what stacks went through under one
// run of keyvex, or one stack under somebody else's hand.
type Operation struct {
	Began time.Time
	// Ended is zero while it goes on.
	Ended  time.Time
	Stacks []platform.Stack
	// Run is that of the keyvex which did it, empty for others. CloudFormation's events
	// do not say who called.
	Run string
	// Failed tells that a stack was rolled back or failed, Deleted that it was deleted.
	Failed, Deleted bool
}

// Operations lists what was done to an environment's stacks since a time, the newest
// first, by the stacks' events.
func (d *Deployer) Operations(ctx context.Context, env platform.Environment, since time.Time) ([]Operation, error) {
	events := make([][]types.StackEvent, len(platform.Stacks))
	group, ctx := errgroup.WithContext(ctx)
	for i, s := range platform.Stacks {
		group.Go(func() (err error) {
			events[i], err = d.events(ctx, env.StackName(s), func(e types.StackEvent) bool { return aws.ToTime(e.Timestamp).Before(since) })
			if problem.Is(err, problem.NotFound) {
				return nil
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var all []Operation
	for i, s := range platform.Stacks {
		for _, o := range operationsOf(s, events[i]) {
			all = merge(all, o)
		}
	}
	slices.SortFunc(all, func(a, b Operation) int { return b.Began.Compare(a.Began) })
	return all, nil
}

// operationsOf reads one stack's events, the oldest first.
func operationsOf(s platform.Stack, events []types.StackEvent) []Operation {
	var all []Operation
	for _, e := range events {
		status := string(e.ResourceStatus)
		if !aboutStack(e) || status == reviewInProgress {
			continue
		}
		at := aws.ToTime(e.Timestamp)
		if len(all) == 0 || begins(status) {
			run, _ := platform.RunOf(aws.ToString(e.ClientRequestToken))
			all = append(all, Operation{Began: at, Stacks: []platform.Stack{s}, Run: run, Deleted: strings.HasPrefix(status, "DELETE")})
		}
		o := &all[len(all)-1]
		o.Failed = o.Failed || strings.Contains(status, "ROLLBACK") || strings.HasSuffix(status, "_FAILED")
		if !strings.HasSuffix(status, "_IN_PROGRESS") {
			o.Ended = at
		}
	}
	return all
}

func begins(status string) bool {
	return slices.Contains([]string{"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS"}, status)
}

// merge adds an operation to the others of its run.
func merge(all []Operation, o Operation) []Operation {
	for i := range all {
		same := &all[i]
		if o.Run == "" || same.Run != o.Run || same.Deleted != o.Deleted {
			continue
		}
		if o.Began.Before(same.Began) {
			same.Began = o.Began
		}
		if o.Ended.IsZero() || same.Ended.IsZero() {
			same.Ended = time.Time{}
		} else if o.Ended.After(same.Ended) {
			same.Ended = o.Ended
		}
		same.Stacks, same.Failed = append(same.Stacks, o.Stacks...), same.Failed || o.Failed
		return all
	}
	return append(all, o)
}
