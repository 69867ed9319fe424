package deploy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"golang.org/x/sync/errgroup"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// DestroyPlan is what a Destroy would delete.
type DestroyPlan struct {
	Environment platform.Environment
	// Stacks are those that exist, in the platform's order.
	Stacks []DoomedStack
	// Buckets are the stacks' buckets.
	Buckets []DoomedBucket
}

// DoomedStack is a stack that would be deleted.
type DoomedStack struct {
	StackStatus
	// Resources counts what is in it.
	Resources int
	// Stateful are the resources among them that hold data.
	Stateful []ResourceName

	stack *liveStack
	// foreign is set when somebody else is changing it.
	foreign bool
}

// DoomedBucket is a bucket that would be deleted.
type DoomedBucket struct {
	Stack platform.Stack
	Name  string
	// Versions counts the object versions and delete markers in it, up to a page of
	// 1000; More is set when there are more.
	Versions int
	More     bool
}

// Holds reports whether there is anything in the bucket.
func (b DoomedBucket) Holds() bool { return b.Versions > 0 || b.More }

// PlanDestroy looks at what a Destroy would delete, with counts. The error is
// NotFound when there is nothing of the environment.
func (d *Deployer) PlanDestroy(ctx context.Context, env platform.Environment) (*DestroyPlan, error) {
	live, err := d.lookAll(ctx, env, platform.Stacks)
	if err != nil {
		return nil, err
	}
	plan := &DestroyPlan{Environment: env}
	for _, s := range platform.Stacks {
		if live[s] != nil {
			plan.Stacks = append(plan.Stacks, DoomedStack{StackStatus: statusOf(env, s, live[s]), stack: live[s]})
		}
	}
	if len(plan.Stacks) == 0 {
		return nil, problem.New(problem.NotFound, "%s is not deployed", env).
			WithHint("keyvex envs lists the environments of this account and region")
	}
	buckets := make([][]DoomedBucket, len(plan.Stacks))
	group, ctx := errgroup.WithContext(ctx)
	for i := range plan.Stacks {
		group.Go(func() (err error) {
			buckets[i], err = d.inspect(ctx, &plan.Stacks[i])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	plan.Buckets = slices.Concat(buckets...)
	return plan, nil
}

// inspect counts what a stack holds.
func (d *Deployer) inspect(ctx context.Context, s *DoomedStack) ([]DoomedBucket, error) {
	if inProgress(s.Status) {
		token, err := d.operationToken(ctx, s.stack)
		if err != nil {
			return nil, err
		}
		s.foreign = !ourToken(token)
	}
	rows, err := cloud.ListAll(func(token *string) ([]types.StackResourceSummary, *string, error) {
		page, err := d.clients.CloudFormation.ListStackResources(ctx, &cloudformation.ListStackResourcesInput{
			StackName: aws.String(s.stack.id()), NextToken: token,
		})
		if err != nil {
			return nil, nil, err
		}
		return page.StackResourceSummaries, page.NextToken, nil
	})
	if err != nil {
		return nil, wrap(err, s.Name, "listing its resources")
	}
	var buckets []DoomedBucket
	for _, r := range rows {
		bucket, err := d.inspectResource(ctx, s, r)
		if err != nil {
			return nil, err
		}
		if bucket != nil {
			buckets = append(buckets, *bucket)
		}
	}
	return buckets, nil
}

func (d *Deployer) inspectResource(ctx context.Context, s *DoomedStack, r types.StackResourceSummary) (*DoomedBucket, error) {
	name := ResourceName{aws.ToString(r.LogicalResourceId), aws.ToString(r.PhysicalResourceId), aws.ToString(r.ResourceType)}
	if string(r.ResourceStatus) == "DELETE_COMPLETE" {
		return nil, nil
	}
	s.Resources++
	if slices.Contains(stateful, name.Type) {
		s.Stateful = append(s.Stateful, name)
	}
	if name.Type != "AWS::S3::Bucket" || name.PhysicalID == "" {
		return nil, nil
	}
	count, more, err := d.countVersions(ctx, name.PhysicalID)
	if err != nil {
		return nil, err
	}
	return &DoomedBucket{Stack: s.Stack, Name: name.PhysicalID, Versions: count, More: more}, nil
}

func (p *DestroyPlan) resources(s platform.Stack) int {
	for _, doomed := range p.Stacks {
		if doomed.Stack == s {
			return doomed.Resources
		}
	}
	return 0
}

// refuse says why the plan cannot be carried out.
func (p *DestroyPlan) refuse(o DestroyOptions) error {
	for _, s := range p.Stacks {
		switch {
		case s.foreign:
			return problem.New(problem.Refused, "%s is %s, started outside keyvex", s.Name, s.Status).
				WithHint("wait until it has finished, then try again")
		case s.Protected:
			return problem.New(problem.Refused, "%s has termination protection, nothing was deleted", s.Name).
				WithHint("lift the protection first")
		}
	}
	if o.EmptyBuckets {
		return nil
	}
	var full []string
	for _, b := range p.Buckets {
		if b.Holds() {
			full = append(full, b.words())
		}
	}
	if len(full) == 0 {
		return nil
	}
	return problem.New(problem.Refused, "not empty: %s; nothing was deleted", strings.Join(full, ", ")).
		WithHint("--empty-buckets deletes all objects in all versions, for good")
}

func (b DoomedBucket) words() string {
	if b.More {
		return fmt.Sprintf("%s (more than %d object versions)", b.Name, b.Versions)
	}
	return fmt.Sprintf("%s (%s)", b.Name, counted(b.Versions, "object version"))
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
