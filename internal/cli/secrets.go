package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/secrets"
)

func newSecrets(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "secrets", Short: "Set, look after and replace the secrets", GroupID: groupDeploy,
		Long:    "Values are typed hidden, or come from a file or a pipe: no flag takes one.",
		Example: "  keyvex secrets set ai.openai_api_key -e development,staging --leaked",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 { // not repeated: it may be a value
				return problem.New(problem.Usage, "there is no such command of %s", cmd.CommandPath()).WithHint("%s --help lists them", cmd.CommandPath())
			}
			return cmd.Help()
		},
		PersistentPreRunE: func(*cobra.Command, []string) error {
			_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) // a core file would hold values
			return a.flags.check()
		},
	}
	cmd.AddCommand(newSecretsList(a), newSecretsSet(a), newSecretsUnset(a), newSecretsGenerate(a), newSecretsImport(a), newSecretsGet(a),
		newSecretsDiff(a), newSecretsCopy(a), newSecretsHistory(a), newSecretsRollback(a))
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, _ error) error { // pflag's words repeat what was given
		return problem.New(problem.Usage, "%s was given a flag that it does not have, or a flag without its value", cmd.CommandPath()).
			WithHint("%s --help lists the flags; none takes a secret, and one given here stays in shell history", cmd.CommandPath())
	})
	return cmd
}

// oneKey takes at most one argument, a key's name; and whatever else is given is taken
// for a value and refused.
func oneKey(cmd *cobra.Command, args []string) error {
	if len(args) > 1 || len(args) == 1 && strings.Contains(args[0], "=") {
		return valueInArguments(cmd, args[0])
	}
	return nil
}

func valueInArguments(cmd *cobra.Command, name string) error {
	name, _, _ = strings.Cut(name, "=")
	hint := cmd.CommandPath() + " asks hidden; replace that value now"
	if key, ok := platform.FindSecretKey(name); ok {
		hint = cmd.CommandPath() + " " + key.Path() + " asks hidden; replace that value now"
	}
	return problem.New(problem.Usage, "a secret on the command line stays in shell history, nothing was written").WithHint("%s", hint)
}

// findKey finds a key by its path. What was given is not repeated: it may be a value.
func findKey(path string) (platform.SecretKey, error) {
	key, ok := platform.FindSecretKey(path)
	if !ok {
		return key, problem.New(problem.Usage, "there is no key of that name").WithHint("keyvex secrets list names them, for example %s", platform.SecretKeys()[0].Path())
	}
	return key, nil
}

func findSecret(cmd *cobra.Command, args []string) (platform.Secret, error) {
	for _, secret := range platform.Secrets {
		if len(args) == 1 && string(secret) == args[0] {
			return secret, nil
		}
	}
	return "", problem.New(problem.Usage, "which secret is meant").WithHint("%s ai, integrations or database", cmd.CommandPath())
}

func completeKeys(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, key := range platform.SecretKeys() {
		out = append(out, key.Path())
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

func completeSecrets(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, secret := range platform.Secrets {
		out = append(out, string(secret))
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// vault is the secrets where one stands.
func (a *app) vault(at ground) *secrets.Vault {
	return &secrets.Vault{API: at.session.SecretsManager(), Environment: at.choice.Environment, Clock: a.clock, Random: a.random}
}

// standIn is stand for one environment by its name.
func (a *app) standIn(ctx context.Context, name string) (ground, error) {
	given := a.flags.env
	a.flags.env = name
	defer func() { a.flags.env = given }()
	return a.stand(ctx)
}

// standToWrite is standIn for a command that changes something; an empty name leaves
// the choice to the flags.
func (a *app) standToWrite(ctx context.Context, name string) (g ground, err error) {
	given := a.flags.env
	a.flags.env = name
	defer func() { a.flags.env = given }()
	if g.choice, err = a.chooseToWrite(ctx); err != nil {
		return g, err
	}
	if g.session, err = a.open(ctx, g.choice); err != nil {
		return g, err
	}
	g.who, err = writable(ctx, g.choice, g.session)
	return g, err
}
