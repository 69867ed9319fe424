package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/secrets"
)

func newSecretsImport(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "import FILE", Short: "Set the keys that a .env or JSON file has",
		Long: "import reads NAME=value lines or a JSON object; - is standard input. Names are those of\n" +
			"the keys (ai.openai_api_key), their last part, or the application's variables\n" +
			"(OPENAI_API_KEY). Names that are no key's are listed. When one value is wrong, nothing\n" +
			"is written. Each secret gets one new version; all are prepared, where nobody reads them,\n" +
			"before the first is made current.",
		Example: "  keyvex secrets import .env.secrets -e development",
		RunE:    func(cmd *cobra.Command, args []string) error { return runSecretsImport(cmd.Context(), a, cmd, args) },
	}
}

func runSecretsImport(ctx context.Context, a *app, cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return problem.New(problem.Usage, "%s takes one file", cmd.CommandPath()).WithHint("%s --help", cmd.CommandPath())
	}
	stdin, _, closer := a.useTerminal()
	defer closer()
	file, err := readValue(args[0], stdin)
	if err != nil {
		return err
	}
	defer file.Wipe()
	in, err := secrets.ParseImport(file.Bytes())
	defer in.Wipe()
	if err != nil {
		return err
	}
	for _, name := range in.Unknown {
		a.tell("no key is called %s", name)
	}
	if len(in.Changes) == 0 {
		return problem.New(problem.Usage, "the file has no key of keyvex, nothing was written").WithHint("keyvex secrets list names them")
	}
	places, err := a.places(ctx)
	if err != nil {
		return err
	}
	return a.saveAll(ctx, &saving{app: a}, places, in.Changes)
}
