package cli

import (
	"context"
	"fmt"
	"iter"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/config"
	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/present"
)

type deployOptions struct {
	*app
	stacks        []string
	force         bool
	allowDataLoss bool
}

func newDeploy(a *app) *cobra.Command {
	o := &deployOptions{app: a}
	cmd := &cobra.Command{
		Use: "deploy", Short: "Bring an environment to this build", GroupID: groupDeploy, Args: noArguments,
		Long: "deploy brings the six stacks to the templates in this binary: those that depend on\n" +
			"each other in order, the others at the same time. Run again, it carries on where the\n" +
			"last run was cut short, and says so when nothing has changed.\n\n" +
			"Ctrl-C asks whether to undo, to leave it running or to go on.",
		Example: "  keyvex deploy -e local\n  keyvex deploy -e development --stack Compute --stack Api\n" +
			"  keyvex deploy -e production --yes --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.endStream(cmd.Context(), runDeploy(cmd.Context(), o))
		},
	}
	bindStacks(cmd, &o.stacks, "only this `stack`; repeatable; what it depends on must be deployed")
	cmd.Flags().BoolVar(&o.force, "force", false, "update stacks that look unchanged, too")
	cmd.Flags().BoolVar(&o.allowDataLoss, "allow-data-loss", false, "let resources that hold data be replaced or deleted")
	return cmd
}

func runDeploy(ctx context.Context, o *deployOptions) error {
	stacks, err := parseStacks(o.stacks)
	if err != nil {
		return err
	}
	choice, err := o.chooseToWrite(ctx)
	if err != nil {
		return err
	}
	what, err := release(choice, stacks)
	if err != nil {
		return err
	}
	session, err := o.open(ctx, choice)
	if err != nil {
		return err
	}
	localParameters(what, session)
	who, err := writable(ctx, choice, session)
	if err != nil {
		return err
	}
	deployer := o.deployer(session, who)
	plan, err := deployer.Plan(ctx, what, deploy.PlanOptions{Stacks: stacks, Force: o.force})
	if err != nil {
		return err
	}
	place := where(choice.Environment, who, session.Region())
	if !plan.Changed() {
		return o.nothingChanged(place, plan)
	}
	if err := o.approve(ctx, choice, session, place, plan); err != nil {
		return err
	}
	if plan.NeedsBootstrap {
		if err := o.bootstrapFirst(ctx, deployer, choice.Environment.IsLocal()); err != nil {
			return err
		}
	}
	return o.execute(ctx, session, deployer, plan, place)
}

// approve asks before the first deploy to an AWS account, before any change of a
// production tier, and before data may be lost.
func (o *deployOptions) approve(ctx context.Context, choice config.Choice, session *cloud.Session, place present.Where, plan *deploy.Plan) error {
	if o.allowDataLoss {
		o.note("resources that hold data may be replaced or deleted in %s", choice.Environment)
		if err := o.confirmName(ctx, choice.Environment); err != nil {
			return err
		}
	}
	if session.Loopback() || !firstDeploy(plan) && !choice.Environment.IsProduction() {
		return nil
	}
	if !o.flags.yes {
		for _, line := range o.errLook().PlanLines(place, plan) {
			fmt.Fprintln(o.err, line)
		}
	}
	return o.confirm(ctx, fmt.Sprintf("deploy %s to account %s, %s?", place.Environment, place.Account, place.Region))
}

func firstDeploy(plan *deploy.Plan) bool {
	for _, s := range plan.Stacks {
		if s.Status != "" {
			return false
		}
	}
	return true
}

func (o *deployOptions) execute(ctx context.Context, session *cloud.Session, deployer *deploy.Deployer, plan *deploy.Plan, place present.Where) error {
	cancel, undo := undoer()
	watcher := o.watch("deploy "+place.Environment, "build "+plan.Release.Build)
	result, err := o.follow(ctx, watcher, undo, func(ctx context.Context) iter.Seq2[deploy.Event, error] {
		return deployer.Deploy(ctx, plan, deploy.Options{AllowDataLoss: o.allowDataLoss, Cancel: cancel})
	})
	var outputs []deploy.Output
	if err == nil {
		// After an interrupt that was answered with "go on", ctx is done.
		if outputs, err = deployer.Outputs(context.WithoutCancel(ctx), plan.Release.Environment); err != nil {
			return err
		}
	}
	if err := o.report(ctx, place, result, outputs, err); err != nil {
		return err
	}
	if plan.Release.Environment.IsLocal() {
		if err := o.fillSecrets(ctx, session); err != nil {
			return err
		}
	}
	if plan.Release.Environment.IsLocal() && !o.flags.json {
		o.note("it runs on in the background until keyvex local down")
		o.note("next: keyvex dotenv -e local --write .env.local")
	}
	return nil
}

func (o *deployOptions) nothingChanged(place present.Where, plan *deploy.Plan) error {
	if !o.flags.json {
		o.print(fmt.Sprintf("nothing has changed: %s of %s match this build", present.Count(len(plan.Stacks), "stack"), place.Environment))
		return nil
	}
	result := &deploy.Result{}
	for _, s := range plan.Stacks {
		result.Stacks = append(result.Stacks, deploy.StackResult{Stack: s.Stack, Name: s.Name, State: deploy.NoChange, Status: s.Status})
	}
	return o.done(present.Done(place, o.clock.Now(), result, nil, nil))
}
