package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/stacks/assembly"
)

type diffOptions struct {
	*app
	stacks   []string
	exitCode bool
}

func newDiff(a *app) *cobra.Command {
	o := &diffOptions{app: a}
	cmd := &cobra.Command{
		Use: "diff", Short: "Show what a deploy would change", GroupID: groupDeploy, Args: noArguments,
		Long: "diff shows, resource by resource, what a deploy would add (+), change (~), replace\n" +
			"(-/+) and remove (-). Replacements, lost data and changes of who can reach what are\n" +
			"marked. CloudFormation computes the changes of stacks that exist; nothing is executed.",
		Example: "  keyvex diff -e production\n  keyvex diff -e development --exit-code   (8 when there are changes)",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runDiff(cmd.Context(), o) },
	}
	bindStacks(cmd, &o.stacks, "only this `stack`; repeatable")
	cmd.Flags().BoolVar(&o.exitCode, "exit-code", false, "end with 8 when there are changes")
	return cmd
}

func runDiff(ctx context.Context, o *diffOptions) error {
	stacks, err := parseStacks(o.stacks)
	if err != nil {
		return err
	}
	at, err := o.stand(ctx)
	if err != nil {
		return err
	}
	what, err := release(at.choice, stacks)
	if err != nil {
		return err
	}
	localParameters(what, at.session)
	deployer := o.deployer(at.session, at.who)
	plan, err := deployer.Plan(ctx, what, deploy.PlanOptions{Stacks: stacks})
	if err != nil {
		return err
	}
	diff, err := deployer.Diff(ctx, plan)
	if err != nil {
		return err
	}
	if o.flags.json {
		err = o.document(present.Difference(at.place(), diff))
	} else {
		o.print(o.outLook().DiffLines(byPath(diff))...)
	}
	if err == nil && o.exitCode && diff.Changed() {
		return problem.New(problem.Pending, "")
	}
	return err
}

// byPath calls the resources by their paths in the CDK app.
func byPath(diff *deploy.Diff) *deploy.Diff {
	for _, stack := range diff.Stacks {
		for i := range stack.Resources {
			stack.Resources[i].LogicalID = assembly.Path(stack.Stack, stack.Resources[i].LogicalID)
		}
	}
	return diff
}
