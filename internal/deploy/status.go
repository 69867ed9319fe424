package deploy

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/platform"
)

// Status tells of all stacks of the release's environment, in the platform's order,
// those that do not exist included. Behind needs the release's templates.
func (d *Deployer) Status(ctx context.Context, r Release) ([]StackStatus, error) {
	live, err := d.lookAll(ctx, r.Environment, platform.Stacks)
	if err != nil {
		return nil, err
	}
	var rows []StackStatus
	for _, s := range platform.Stacks {
		row := statusOf(r.Environment, s, live[s])
		if t, ok := r.Template(s); ok && row.Deployed() {
			row.Behind = row.TemplateHash != t.Hash
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// Outputs lists the outputs of all stacks of an environment, by stack and key,
// without the template's hash.
func (d *Deployer) Outputs(ctx context.Context, env platform.Environment) ([]Output, error) {
	live, err := d.lookAll(ctx, env, platform.Stacks)
	if err != nil {
		return nil, err
	}
	var all []Output
	for _, s := range platform.Stacks {
		if live[s] != nil {
			all = append(all, outputs(s, live[s])...)
		}
	}
	return all, nil
}

func outputs(s platform.Stack, live *liveStack) []Output {
	var out []Output
	for _, o := range live.Outputs {
		if key := aws.ToString(o.OutputKey); key != platform.OutputTemplateHash {
			out = append(out, Output{Stack: s, Key: key, Value: aws.ToString(o.OutputValue), Description: aws.ToString(o.Description)})
		}
	}
	slices.SortFunc(out, func(a, b Output) int { return strings.Compare(a.Key, b.Key) })
	return out
}

// Environments finds all environments of the account and region by the names of
// their stacks, in the order of their names.
func (d *Deployer) Environments(ctx context.Context) ([]EnvironmentStatus, error) {
	stacks, err := cloud.ListAll(func(token *string) ([]types.Stack, *string, error) {
		out, err := d.clients.CloudFormation.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.Stacks, out.NextToken, nil
	})
	if err != nil {
		return nil, err
	}
	found := map[string]map[platform.Stack]*liveStack{}
	for _, s := range stacks {
		env, stack, ok := platform.ParseStackName(aws.ToString(s.StackName))
		if !ok {
			continue
		}
		if found[env] == nil {
			found[env] = map[platform.Stack]*liveStack{}
		}
		found[env][stack] = &liveStack{s}
	}
	var all []EnvironmentStatus
	for _, name := range slices.Sorted(maps.Keys(found)) {
		one := EnvironmentStatus{Name: name}
		for _, s := range platform.Stacks {
			if live := found[name][s]; live != nil {
				one.Stacks = append(one.Stacks, statusOf(platform.Environment{Name: name}, s, live))
			}
		}
		all = append(all, one)
	}
	return all, nil
}
