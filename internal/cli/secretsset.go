package cli

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/secrets"
)

type secretsSetOptions struct {
	*app
	valueSource
	leak
	verify, accessible bool
}

func newSecretsSet(a *app) *cobra.Command {
	o := &secretsSetOptions{app: a}
	cmd := &cobra.Command{
		Use: "set [SECRET.KEY]", Short: "Set what an environment lacks, or one key", Args: oneKey, ValidArgsFunction: completeKeys,
		Long: "set without a key leads through what the environment lacks. With a key it asks for the\n" +
			"value once, hidden, and writes it to each environment of -e A,B,C in turn; it stops at\n" +
			"the first that fails. database.redis_auth_token changes in Redis, too; interrupted, the\n" +
			"same command goes on with it.",
		Example: "  keyvex secrets set -e development\n  keyvex secrets set ai.openai_api_key -e development,staging --verify\n" +
			"  op read op://vault/openai/key | keyvex secrets set ai.openai_api_key --yes",
		RunE: func(cmd *cobra.Command, args []string) error { return runSecretsSet(cmd.Context(), o, args) },
	}
	bindValueSource(cmd, &o.valueSource)
	cmd.Flags().BoolVar(&o.verify, "verify", false, "ask the provider first, with its cheapest call")
	bindLeak(cmd, &o.leak)
	cmd.Flags().BoolVar(&o.accessible, "accessible", false, "never draw over what is on the screen")
	return cmd
}

func bindValueSource(cmd *cobra.Command, s *valueSource) {
	cmd.Flags().StringVar(&s.fromFile, "from-file", "", "the `file` with the value, - for standard input")
	cmd.Flags().StringVar(&s.space, "space", "", "white space around it: `keep or strip` (else ask)")
	complete(cmd, "space", func() []string { return []string{"keep", "strip"} })
}

func runSecretsSet(ctx context.Context, o *secretsSetOptions, args []string) error {
	if err := errors.Join(o.valueSource.check(), o.leak.check()); err != nil {
		return err
	}
	stdin, piped, closer := o.useTerminal()
	defer closer()
	if len(args) == 0 {
		return runSecretsWizard(ctx, o)
	}
	key, err := findKey(args[0])
	if err != nil {
		return err
	}
	places, err := o.places(ctx)
	if err != nil {
		return err
	}
	return o.setEverywhere(ctx, key, places, stdin, piped)
}

// places are the environments of -e A,B,C, all of which must be there before a value is
// asked for.
func (a *app) places(ctx context.Context) ([]ground, error) {
	var out []ground
	var names []string
	for name := range strings.SplitSeq(a.flags.env, ",") {
		if name = strings.TrimSpace(name); slices.Contains(names, name) {
			continue
		}
		names = append(names, name)
		at, err := a.standToWrite(ctx, name)
		if err != nil {
			return nil, err
		}
		out = append(out, at)
	}
	return out, nil
}

func (o *secretsSetOptions) setEverywhere(ctx context.Context, key platform.SecretKey, places []ground, stdin io.Reader, piped bool) error {
	value, found, err := o.begun(ctx, key, places)
	if err == nil && !found {
		value, err = o.takeValue(ctx, key, o.valueSource, stdin, piped)
	}
	if err != nil {
		return err
	}
	defer value.Wipe()
	if value.Len() == 0 {
		return problem.New(problem.Refused, "no value was given, nothing was written").WithHint("keyvex secrets unset %s takes a value away", key.Path())
	}
	if o.verify {
		if err := o.verifyFor(ctx, places, key, value); err != nil {
			return err
		}
	}
	return o.saveAll(ctx, &saving{app: o.app, leak: o.leak}, places, []secrets.Change{{Key: key, Value: value}})
}

// verifyFor asks each provider that the environments have: one, or its stand-in as well
// where the local platform is among them.
func (o *secretsSetOptions) verifyFor(ctx context.Context, places []ground, key platform.SecretKey, value secrets.Value) error {
	asked := map[bool]bool{}
	for _, at := range places {
		local := at.session.Options.Local != nil
		if asked[local] {
			continue
		}
		asked[local] = true
		if err := o.app.verify(ctx, at, key, value); err != nil {
			return err
		}
	}
	return nil
}

// begun is the token of a rotation that an earlier command began in one of the places:
// with it, there is nothing to ask.
func (o *secretsSetOptions) begun(ctx context.Context, key platform.SecretKey, places []ground) (secrets.Value, bool, error) {
	if key.Path() != redisTokenPath {
		return secrets.Value{}, false, nil
	}
	for _, at := range places {
		if token, found, err := o.pendingToken(ctx, at); err != nil || found {
			return token, found, err
		}
	}
	return secrets.Value{}, false, nil
}
