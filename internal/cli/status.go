package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
)

func newStatus(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Show the stacks: state, age, build", GroupID: groupLook, Args: noArguments,
		Long: "status shows the six stacks of an environment as CloudFormation has them. A stack\n" +
			"whose template differs from this build's is marked as behind.\n\n" +
			"It ends with 5 when nothing is deployed.",
		Example: "  keyvex status -e production\n  keyvex status -e local --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runStatus(cmd.Context(), a) },
	}
}

func runStatus(ctx context.Context, a *app) error {
	at, err := a.stand(ctx)
	if err != nil {
		return err
	}
	current, err := release(at.choice, nil)
	if err != nil && !problem.Is(err, problem.Failed) { // without bundles nothing can be behind
		return err
	}
	current.Environment = at.choice.Environment
	stacks, err := a.deployer(at.session, at.who).Status(ctx, current)
	if err != nil {
		return err
	}
	doc := present.Status(at.place(), stacks)
	if doc.Deployed { // whoever may not list the consumers still sees the stacks
		paused, _ := a.functionsAt(at).Paused(ctx)
		doc.Paused = strs(paused)
	}
	if a.flags.json {
		err = a.document(doc)
	} else {
		look := a.outLook()
		a.print(look.PlaceLine(doc.Where))
		a.print(look.StatusTable(stacks, a.clock.Now())...)
		a.print(look.PausedLines(doc.Paused)...)
	}
	if err == nil && !doc.Deployed {
		return problem.New(problem.NotFound, "%s is not deployed in account %s, %s", at.choice.Environment, at.who.Account, at.session.Region()).
			WithHint("keyvex deploy -e %s", at.choice.Environment)
	}
	return err
}
