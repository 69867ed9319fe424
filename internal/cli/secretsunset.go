package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/secrets"
)

func newSecretsUnset(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "unset SECRET.KEY", Short: "Take a key's value away", Args: oneKey, ValidArgsFunction: completeKeys,
		Example: "  keyvex secrets unset ai.openai_organization -e development",
		RunE:    func(cmd *cobra.Command, args []string) error { return runSecretsUnset(cmd.Context(), a, args) },
	}
}

func runSecretsUnset(ctx context.Context, a *app, args []string) error {
	key, err := findKey(firstOf(args...))
	if err != nil {
		return err
	}
	if key.Path() == redisTokenPath {
		return problem.New(problem.Refused, "Redis would let in nobody without %s, nothing was written", key.Path()).
			WithHint("keyvex secrets generate %s replaces it", key.Path())
	}
	places, err := a.places(ctx)
	if err != nil {
		return err
	}
	return a.saveAll(ctx, &saving{app: a}, places, []secrets.Change{{Key: key, Unset: true}})
}
