package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/dotenv"
	"github.com/keyvex/keyvex/internal/present"
)

type dotenvOptions struct {
	*app
	write string
}

func newDotenv(a *app) *cobra.Command {
	o := &dotenvOptions{app: a}
	cmd := &cobra.Command{
		Use: "dotenv", Short: "Print or write the application's variables", GroupID: groupStart, Args: noArguments,
		Long: "dotenv resolves the variables that the Next.js application needs of an environment.\n" +
			"Secrets are named, never read: the line above such a variable is the command that\n" +
			"shows its value. What only you know stays commented out.\n\n" +
			"--write keeps them as a block between two marker comments. Every line outside it\n" +
			"stays as it is, and what you fill in inside it for a variable that keyvex does not\n" +
			"know is kept. The file is replaced at once and readable by you alone.",
		Example: "  keyvex dotenv -e local --write .env.local\n  keyvex dotenv -e development\n  keyvex dotenv --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runDotenv(cmd.Context(), o) },
	}
	cmd.Flags().StringVar(&o.write, "write", "", "keep the block in this `file`")
	return cmd
}

func runDotenv(ctx context.Context, o *dotenvOptions) error {
	choice, err := o.choose(ctx)
	if err != nil {
		return err
	}
	session, err := o.open(ctx, choice)
	if err != nil {
		return err
	}
	groups, err := dotenv.For(ctx, session)
	if err != nil {
		return err
	}
	if o.write != "" {
		written, err := dotenv.Write(o.write, choice.Environment, groups)
		if err != nil {
			return err
		}
		o.reportWritten(written)
	}
	switch {
	case o.flags.json:
		who, err := session.Identity(ctx)
		if err != nil {
			return err
		}
		return o.document(present.Variables(where(choice.Environment, who, session.Region()), groups))
	case o.write == "":
		o.print(dotenv.Render(groups)...)
	}
	return nil
}

func (o *dotenvOptions) reportWritten(w dotenv.Written) {
	what := "%s is as it should be"
	switch {
	case w.Created:
		what = "%s written"
	case w.Changed:
		what = "%s: the keyvex block is up to date, every other line is as it was"
	}
	o.note(what, o.write)
	for _, shadow := range w.Shadows {
		which := "the block's counts"
		if shadow.Wins {
			which = "that one counts"
		}
		o.note("%s:%d sets %s too; %s, being the later", o.write, shadow.Line, shadow.Name, which)
	}
}
