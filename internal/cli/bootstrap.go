package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/present"
)

func newBootstrap(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "bootstrap", Short: "Make what an account and region need once", GroupID: groupDeploy, Args: noArguments,
		Long: "bootstrap makes the bucket for the Lambda zips, closed to everybody else, and API\n" +
			"Gateway's role for CloudWatch logs unless the account has one. The first deploy does\n" +
			"it when it is missing. It may be run again at any time.",
		Example: "  keyvex bootstrap -e production",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runBootstrap(cmd.Context(), a) },
	}
}

func runBootstrap(ctx context.Context, a *app) error {
	choice, err := a.chooseToWrite(ctx)
	if err != nil {
		return err
	}
	session, err := a.open(ctx, choice)
	if err != nil {
		return err
	}
	who, err := writable(ctx, choice, session)
	if err != nil {
		return err
	}
	done, err := a.deployer(session, who).Bootstrap(ctx)
	if err != nil {
		return err
	}
	if a.flags.json {
		return a.document(present.Bootstrap(where(choice.Environment, who, session.Region()), done))
	}
	a.print(present.BootstrapLines(done)...)
	return nil
}

// bootstrapFirst makes what a first deploy lacks. Nobody is asked again: the deploy
// has been approved. What the local platform gets is of no interest.
func (o *deployOptions) bootstrapFirst(ctx context.Context, deployer *deploy.Deployer, local bool) error {
	done, err := deployer.Bootstrap(ctx)
	if err != nil {
		return err
	}
	if !o.flags.json && !local {
		for _, line := range present.BootstrapLines(done) {
			o.note("%s", line)
		}
	}
	return nil
}
