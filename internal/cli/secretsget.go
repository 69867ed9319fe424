package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

func newSecretsGet(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "get SECRET.KEY", Short: "Give a value to a pipe, or show it after a confirmation", Args: oneKey, ValidArgsFunction: completeKeys,
		Long: "get writes the value, without a line break behind it, to a pipe or a file. On a terminal,\n" +
			"where it stays in the scrollback, the environment's name has to be typed first.",
		Example: "  keyvex secrets get ai.openai_api_key -e development | pbcopy",
		RunE:    func(cmd *cobra.Command, args []string) error { return runSecretsGet(cmd.Context(), a, args) },
	}
}

func runSecretsGet(ctx context.Context, a *app, args []string) error {
	key, err := findKey(firstOf(args...))
	if err != nil {
		return err
	}
	if a.flags.json {
		return problem.New(problem.Usage, "no JSON of keyvex holds a secret").WithHint("leave out --json: a pipe gets the bare value")
	}
	at, err := a.stand(ctx)
	if err != nil {
		return err
	}
	snapshot, err := a.vault(at).Read(ctx, key.Secret)
	if err != nil {
		return err
	}
	defer snapshot.Wipe()
	value, err := snapshot.Get(key)
	if err != nil {
		return err
	}
	defer value.Wipe()
	end := ""
	if a.terminal.out {
		a.tell("%s will stand on this screen and in its scrollback", key.Path())
		if err := a.typeName(ctx, at.choice.Environment); err != nil {
			return err
		}
		end = "\n"
	}
	_, _ = a.out.Write(value.Bytes()) // Main asks a.out for its failure
	_, _ = io.WriteString(a.out, end)
	return nil
}

// typeName is confirmName that --yes does not answer: nobody shows a value by habit.
func (a *app) typeName(ctx context.Context, env platform.Environment) error {
	given := a.flags.yes
	a.flags.yes = false
	defer func() { a.flags.yes = given }()
	return a.confirmName(ctx, env)
}
