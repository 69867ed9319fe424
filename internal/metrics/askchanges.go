package metrics

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues"
)

// changeWindow is how far back the Overview's changes go.
const changeWindow = 24 * time.Hour

func (c *Collector) askChanges(ctx context.Context) error {
	changes, err := c.ListChanges(ctx, c.Clock.Now().Add(-changeWindow))
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes = changes
	return nil
}

// ReadChanges is ListChanges for somebody who has asked for nothing else before: it
// reads the stacks and the consumers first.
func (c *Collector) ReadChanges(ctx context.Context, since time.Time) ([]Change, error) {
	if err := c.askStacks(ctx); err != nil {
		return nil, err
	}
	if err := c.askConsumers(ctx); err != nil {
		return nil, err
	}
	return c.ListChanges(ctx, since)
}

// ListChanges lists what was changed since a time, the newest first: deploys by the
// stacks' events, versions of secrets, redrives by this machine's journals and SQS's word, consumers
// that are paused.
func (c *Collector) ListChanges(ctx context.Context, since time.Time) ([]Change, error) {
	var all []Change
	for _, find := range []func(context.Context, time.Time) ([]Change, error){c.deploys, c.secretVersions, c.redrives, c.moves, c.pauses} {
		some, err := find(ctx, since)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortStableFunc(all, func(a, b Change) int { return b.At.Compare(a.At) })
	return all, nil
}

// runs is who it was when only the run is known: CloudFormation's events name no
// caller, CloudTrail would.
const runs = "keyvex run "

func (c *Collector) deploys(ctx context.Context, since time.Time) ([]Change, error) {
	operations, err := c.Stacks.Operations(ctx, c.Environment, since)
	c.charge(len(platform.Stacks), 0)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	build := builds(c.stacks)
	c.mu.Unlock()
	var out []Change
	for i, o := range operations {
		change := Change{At: o.Began, Kind: ChangeDeploy, What: stacksWords(o), Failed: o.Failed}
		if o.Run != "" {
			change.Who = runs + o.Run
		}
		if o.Deleted {
			change.Kind = ChangeDestroy
		}
		// The stacks tell the build that is there, so only the last deploy's is known.
		if i == 0 && !o.Deleted && !o.Failed && len(build) == 1 {
			change.What = "build " + build[0] + ", " + change.What
		}
		if o.Ended.IsZero() {
			change.What += ", under way"
		}
		out = append(out, change)
	}
	return out, nil
}

func stacksWords(o deploy.Operation) string {
	if len(o.Stacks) == 1 {
		return string(o.Stacks[0])
	}
	return fmt.Sprintf("%d stacks", len(o.Stacks))
}

// secretVersions tells of new versions. Secrets Manager keeps their times, and does not
// say who wrote them.
func (c *Collector) secretVersions(ctx context.Context, since time.Time) ([]Change, error) {
	var out []Change
	for _, secret := range platform.Secrets {
		versions, err := c.Secrets.History(ctx, secret)
		c.charge(2, 0)
		if problem.Is(err, problem.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for i, v := range versions {
			if v.Created.Before(since) {
				continue
			}
			what := "new version"
			if i == len(versions)-1 {
				what = "first version"
			}
			out = append(out, Change{At: v.Created, Kind: ChangeSecret, Resource: string(secret), What: what})
		}
	}
	return out, nil
}

// redrives are those of this machine.
func (c *Collector) redrives(_ context.Context, since time.Time) ([]Change, error) {
	found, err := c.Queues.Redrives(since)
	if err != nil {
		return nil, err
	}
	var out []Change
	for _, r := range found {
		out = append(out, Change{
			At: r.Began, Kind: ChangeRedrive, Resource: r.Name.String(), What: howMany(r.Sent), Who: "keyvex on this machine", Failed: r.Ended.IsZero(),
		})
	}
	return out, nil
}

// moves are the redrives that SQS did, for whomever. Where it cannot be asked the
// queues' own rows say so: that hides no other change.
func (c *Collector) moves(ctx context.Context, since time.Time) ([]Change, error) {
	var out []Change
	for _, queue := range platform.Queues {
		tasks, err := c.Queues.Moves(ctx, queues.Name{Queue: queue})
		c.charge(2, 0)
		if err != nil {
			continue
		}
		for _, t := range tasks {
			if !t.Started.Before(since) {
				out = append(out, Change{
					At: t.Started, Kind: ChangeRedrive, Resource: string(queue), What: howMany(int(t.Moved)) + " by SQS", Failed: t.Status == "FAILED" || t.Status == "CANCELLED",
				})
			}
		}
	}
	return out, nil
}

func howMany(n int) string {
	if n == 1 {
		return "1 message"
	}
	return fmt.Sprintf("%d messages", n)
}

// pauses are the consumers that are off, by when their mapping was changed last.
func (c *Collector) pauses(_ context.Context, since time.Time) ([]Change, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []Change
	for _, q := range platform.Queues {
		if facts := c.consumers[q]; pausedState(facts.state) && !facts.modified.Before(since) {
			out = append(out, Change{At: facts.modified, Kind: ChangePause, Resource: string(q.Spec().Consumer), What: "takes nothing from " + string(q)})
		}
	}
	return out, nil
}

func pausedState(state string) bool { return state == "Disabled" || state == "Disabling" }

// builds are the distinct builds of the deployed stacks.
func builds(stacks []deploy.StackStatus) (out []string) {
	for _, s := range stacks {
		if s.Build != "" && !slices.Contains(out, s.Build) {
			out = append(out, s.Build)
		}
	}
	return out
}
