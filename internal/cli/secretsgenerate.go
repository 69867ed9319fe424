package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/secrets"
)

type secretsGenerateOptions struct {
	*app
	leak
}

func newSecretsGenerate(a *app) *cobra.Command {
	o := &secretsGenerateOptions{app: a}
	cmd := &cobra.Command{
		Use: "generate SECRET.KEY", Short: "Give a key a random value that nobody sees", Args: oneKey, ValidArgsFunction: completeKeys,
		Long: "generate makes a value of the key's form from the machine's cryptographic randomness,\n" +
			"another one for each environment of -e A,B,C, and writes it. What was encrypted with\n" +
			"an old encryption key cannot be read with a new one.",
		Example: "  keyvex secrets generate database.encryption_key -e development\n  keyvex secrets generate database.redis_auth_token -e development",
		RunE:    func(cmd *cobra.Command, args []string) error { return runSecretsGenerate(cmd.Context(), o, args) },
	}
	bindLeak(cmd, &o.leak)
	return cmd
}

func runSecretsGenerate(ctx context.Context, o *secretsGenerateOptions, args []string) error {
	if err := o.leak.check(); err != nil {
		return err
	}
	_, _, closer := o.useTerminal()
	defer closer()
	key, err := findKey(firstOf(args...))
	if err != nil {
		return err
	}
	if !key.CanGenerate() {
		return problem.New(problem.Usage, "%s comes from its provider and cannot be generated", key.Path()).
			WithHint("keyvex secrets set %s asks for it", key.Path())
	}
	places, err := o.places(ctx)
	if err != nil {
		return err
	}
	s := &saving{app: o.app, leak: o.leak}
	var targets []target
	for _, at := range places {
		value, err := o.generated(key)
		if err != nil {
			return err
		}
		defer value.Wipe()
		t, err := s.plan(ctx, at, key.Secret, []secrets.Change{{Key: key, Value: value}})
		if err != nil {
			return err
		}
		targets = append(targets, t)
	}
	return s.save(ctx, targets)
}
