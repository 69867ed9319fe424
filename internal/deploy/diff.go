package deploy

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"golang.org/x/sync/errgroup"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/platform"
)

// Diff computes what a deploy of the plan would change. Stacks that exist are asked
// by change sets, which are deleted afterwards, also when ctx ends; the others are
// compared template by template.
func (d *Deployer) Diff(ctx context.Context, plan *Plan) (*Diff, error) {
	diff := &Diff{Stacks: make([]StackDiff, len(plan.Stacks))}
	run := d.draw(6)
	group, ctx := errgroup.WithContext(ctx)
	for i, p := range plan.Stacks {
		group.Go(func() (err error) {
			diff.Stacks[i], err = d.diffStack(ctx, plan.Release, p, platform.RunToken(run, "diff", string(p.Stack)))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return diff, nil
}

func (d *Deployer) diffStack(ctx context.Context, r Release, p StackPlan, token string) (StackDiff, error) {
	out := StackDiff{Stack: p.Stack, Name: p.Name, Action: p.Action, Reasons: p.Reasons}
	if p.Action == Unchanged || p.Action == Protect {
		out.Exact = !p.Recheck
		return out, nil
	}
	old, err := d.deployedTemplate(ctx, p)
	if err != nil {
		return out, err
	}
	values, _ := p.template.values(r.Parameters)
	out.Parameters = parameterChanges(p, values)
	out.Outputs = outputChanges(p, old)
	if p.Action == Update {
		changes, err := d.exactChanges(ctx, r, p, token)
		if err == nil || ctx.Err() != nil || !p.Recheck {
			out.Resources, out.Exact = changes, err == nil && !p.Recheck
			return out, err
		}
	}
	out.Resources = compareTemplates(old, p.template, values)
	return out, nil
}

// exactChanges asks CloudFormation by a change set. Reading with values can drop
// changes, so the plain reading decides what there is.
func (d *Deployer) exactChanges(ctx context.Context, r Release, p StackPlan, token string) ([]ResourceChange, error) {
	set, err := d.prepare(ctx, r, p, token)
	if err != nil || set.empty {
		return nil, err
	}
	defer d.discard(ctx, set)
	valued := map[string]*types.ResourceChange{}
	for _, c := range d.valued(ctx, set) {
		if c.ResourceChange != nil {
			valued[aws.ToString(c.ResourceChange.LogicalResourceId)] = c.ResourceChange
		}
	}
	return mergeChanges(set.changes, valued), ctx.Err()
}

// valued reads a change set with the properties' values; none where the server
// cannot give them, since the plain reading says what changes.
func (d *Deployer) valued(ctx context.Context, set *changeSet) []types.Change {
	changes, err := cloud.ListAll(func(token *string) ([]types.Change, *string, error) {
		in := set.describe()
		in.IncludePropertyValues, in.NextToken = aws.Bool(true), token
		page, err := d.clients.CloudFormation.DescribeChangeSet(ctx, in)
		if err != nil {
			return nil, nil, err
		}
		return page.Changes, page.NextToken, nil
	})
	if err != nil {
		return nil
	}
	return changes
}

func mergeChanges(plain []types.Change, valued map[string]*types.ResourceChange) []ResourceChange {
	var out []ResourceChange
	for _, c := range plain {
		if c.ResourceChange == nil {
			continue
		}
		change := resourceChange(c.ResourceChange)
		details := c.ResourceChange.Details
		if with := valued[change.LogicalID]; with != nil && len(with.Details) > 0 {
			details = with.Details
		}
		change.Properties = propertyChanges(details)
		out = append(out, change)
	}
	slices.SortFunc(out, func(a, b ResourceChange) int { return strings.Compare(a.LogicalID, b.LogicalID) })
	return out
}

// propertyChanges reads the details of a change, one for each path: CloudFormation
// gives several for a property that changes for several reasons.
func propertyChanges(details []types.ResourceChangeDetail) []PropertyChange {
	var out []PropertyChange
	for _, detail := range details {
		target := detail.Target
		if target == nil {
			continue
		}
		path := orElse(target.Path, "/"+string(target.Attribute)+"/"+aws.ToString(target.Name))
		change := PropertyChange{
			Path: strings.TrimSuffix(path, "/"), Before: aws.ToString(target.BeforeValue), After: aws.ToString(target.AfterValue),
			Replaces:        target.RequiresRecreation == types.RequiresRecreationAlways || target.RequiresRecreation == types.RequiresRecreationConditionally,
			Cause:           aws.ToString(detail.CausingEntity),
			KnownAfterApply: detail.Evaluation == types.EvaluationTypeDynamic && target.AfterValue == nil,
		}
		if i := slices.IndexFunc(out, func(p PropertyChange) bool { return p.Path == change.Path }); i >= 0 {
			out[i] = mergeProperty(out[i], change)
			continue
		}
		out = append(out, change)
	}
	return out
}

func mergeProperty(a, b PropertyChange) PropertyChange {
	a.Replaces = a.Replaces || b.Replaces
	a.KnownAfterApply = a.KnownAfterApply && b.KnownAfterApply
	for _, pair := range []struct{ into, from *string }{{&a.Before, &b.Before}, {&a.After, &b.After}, {&a.Cause, &b.Cause}} {
		if *pair.into == "" {
			*pair.into = *pair.from
		}
	}
	return a
}
