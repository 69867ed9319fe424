package cli

import (
	"context"
	"fmt"
	"iter"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/problem"
)

type destroyOptions struct {
	*app
	emptyBuckets bool
}

func newDestroy(a *app) *cobra.Command {
	o := &destroyOptions{app: a}
	cmd := &cobra.Command{
		Use: "destroy", Short: "Delete an environment of the development tier", GroupID: groupDeploy, Args: noArguments,
		Long: "destroy deletes the six stacks and what is in them, after showing what that is and\n" +
			"having the environment's name typed. Environments of the production tier are refused.\n\n" +
			"Ctrl-C asks whether to delete nothing further, to leave it running or to go on.",
		Example: "  keyvex destroy -e staging\n  keyvex destroy -e pr-42 --confirm pr-42 --empty-buckets",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.endStream(cmd.Context(), runDestroy(cmd.Context(), o))
		},
	}
	cmd.Flags().BoolVar(&o.emptyBuckets, "empty-buckets", false, "delete the objects in its buckets, in all versions")
	return cmd
}

func runDestroy(ctx context.Context, o *destroyOptions) error {
	choice, err := o.chooseToWrite(ctx)
	if err != nil {
		return err
	}
	env := choice.Environment
	if env.IsProduction() {
		return problem.New(problem.Refused, "%s has the production tier, destroy leaves it alone", env).
			WithHint("only environments of the development tier can be destroyed")
	}
	session, err := o.open(ctx, choice)
	if err != nil {
		return err
	}
	who, err := writable(ctx, choice, session)
	if err != nil {
		return err
	}
	deployer := o.deployer(session, who)
	doomed, err := deployer.PlanDestroy(ctx, env)
	if err != nil {
		return err
	}
	place := where(env, who, session.Region())
	if !o.flags.json {
		for _, line := range o.errLook().DoomedLines(place, doomed) {
			fmt.Fprintln(o.err, line)
		}
	}
	if err := o.confirmName(ctx, env); err != nil {
		return err
	}
	cancel, undo := undoer()
	result, err := o.follow(ctx, o.watch("destroy "+env.Name, ""), undo, func(ctx context.Context) iter.Seq2[deploy.Event, error] {
		return deployer.Destroy(ctx, env, deploy.DestroyOptions{EmptyBuckets: o.emptyBuckets, Cancel: cancel})
	})
	return o.report(ctx, place, result, nil, err)
}
