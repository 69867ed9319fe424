package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
)

type statusOptions struct {
	*app
	overview bool
}

func newStatus(a *app) *cobra.Command {
	o := &statusOptions{app: a}
	cmd := &cobra.Command{
		Use: "status", Short: "Say whether something is wrong, and show the stacks", GroupID: groupLook, Args: noArguments,
		Long: "status leads with the verdict: what is wrong, since when, why, and what to do next. It\n" +
			"looks at metrics, queues, consumers, stacks, alarms and changes; what does not answer\n" +
			"is said, and never taken for well. Then come the six stacks as CloudFormation has\n" +
			"them; one whose template differs from this build's is marked as behind.\n\n" +
			"It ends with 5 when nothing is deployed.",
		Example: "  keyvex status -e production\n  keyvex status --overview\n  keyvex status -e local --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runStatus(cmd.Context(), o) },
	}
	cmd.Flags().BoolVar(&o.overview, "overview", false, "a row for everything, as the console shows it, instead of the stacks")
	return cmd
}

func runStatus(ctx context.Context, o *statusOptions) error {
	at, err := o.stand(ctx)
	if err != nil {
		return err
	}
	current, err := release(at.choice, nil)
	if err != nil && !problem.Is(err, problem.Failed) { // without bundles nothing can be behind
		return err
	}
	current.Environment = at.choice.Environment
	collector, err := o.collector(at, 0)
	if err != nil {
		return err
	}
	if !o.overview {
		collector.Reports = nil // only its rows show them
	}
	stacks, err := o.deployer(at.session, at.who).Status(ctx, current)
	if err != nil {
		return err
	}
	doc := present.Status(at.place(), stacks)
	var s metrics.Snapshot
	if doc.Deployed {
		if s = collector.Once(ctx); ctx.Err() != nil {
			return ctx.Err()
		}
		doc.Judge(s)
	}
	if o.flags.json {
		err = o.document(doc)
	} else {
		o.show(s, doc, stacks)
	}
	if err == nil && !doc.Deployed {
		return problem.New(problem.NotFound, "%s is not deployed in account %s, %s", at.choice.Environment, at.who.Account, at.session.Region()).
			WithHint("keyvex deploy -e %s", at.choice.Environment)
	}
	return err
}
