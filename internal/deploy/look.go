package deploy

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"golang.org/x/sync/errgroup"

	"github.com/keyvex/keyvex/internal/platform"
)

// look describes a stack by name or ARN; nil when there is none.
func (d *Deployer) look(ctx context.Context, nameOrID string) (*liveStack, error) {
	out, err := d.clients.CloudFormation.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &nameOrID})
	if notExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if len(out.Stacks) == 0 {
		return nil, nil
	}
	return &liveStack{out.Stacks[0]}, nil
}

// lookAll describes several stacks of the environment at the same time.
func (d *Deployer) lookAll(ctx context.Context, env platform.Environment, stacks []platform.Stack) (map[platform.Stack]*liveStack, error) {
	found := make([]*liveStack, len(stacks))
	group, ctx := errgroup.WithContext(ctx)
	for i, s := range stacks {
		group.Go(func() (err error) {
			found[i], err = d.look(ctx, env.StackName(s))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	live := map[platform.Stack]*liveStack{}
	for i, s := range stacks {
		live[s] = found[i]
	}
	return live, nil
}

// maxParameterNames is how many names GetParameters takes.
const maxParameterNames = 10

// values reads Parameter Store. A name that is not there is not in the result.
func (d *Deployer) values(ctx context.Context, names []string) (map[string]string, error) {
	slices.Sort(names)
	found := map[string]string{}
	for chunk := range slices.Chunk(slices.Compact(names), maxParameterNames) {
		out, err := d.clients.SSM.GetParameters(ctx, &ssm.GetParametersInput{Names: chunk})
		if err != nil {
			return nil, err
		}
		for _, p := range out.Parameters {
			found[aws.ToString(p.Name)] = aws.ToString(p.Value)
		}
	}
	return found, nil
}

// names lists the Parameter Store names that templates resolve, given the
// release's values.
func names(templates map[platform.Stack]*template, given map[string]string) []string {
	all := map[string]bool{}
	for _, t := range templates {
		values, _ := t.values(given)
		for _, name := range t.reads(values) {
			all[name] = true
		}
	}
	return slices.Collect(maps.Keys(all))
}
