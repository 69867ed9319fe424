package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
)

type outputsOptions struct {
	*app
	stacks []string
}

func newOutputs(a *app) *cobra.Command {
	o := &outputsOptions{app: a}
	cmd := &cobra.Command{
		Use: "outputs", Short: "Show the stacks' outputs: endpoints, names, ARNs", GroupID: groupLook, Args: noArguments,
		Example: "  keyvex outputs -e development\n  keyvex outputs --stack Api --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runOutputs(cmd.Context(), o) },
	}
	bindStacks(cmd, &o.stacks, "only the outputs of this `stack`; repeatable")
	return cmd
}

func runOutputs(ctx context.Context, o *outputsOptions) error {
	stacks, err := parseStacks(o.stacks)
	if err != nil {
		return err
	}
	at, err := o.stand(ctx)
	if err != nil {
		return err
	}
	all, err := o.deployer(at.session, at.who).Outputs(ctx, at.choice.Environment)
	if err != nil {
		return err
	}
	chosen := outputsOf(all, stacks)
	if len(chosen) == 0 {
		return problem.New(problem.NotFound, "%s has no outputs: it is not deployed in account %s, %s", at.choice.Environment, at.who.Account, at.session.Region()).
			WithHint("keyvex deploy -e %s", at.choice.Environment)
	}
	if o.flags.json {
		return o.document(present.Outputs(at.place(), chosen))
	}
	o.print(o.outLook().OutputsTable(chosen)...)
	return nil
}

// outputsOf keeps those of the stacks, all when none is named.
func outputsOf(outputs []deploy.Output, stacks []platform.Stack) []deploy.Output {
	if len(stacks) == 0 {
		return outputs
	}
	var out []deploy.Output
	for _, stack := range stacks {
		for _, o := range outputs {
			if o.Stack == stack {
				out = append(out, o)
			}
		}
	}
	return out
}
