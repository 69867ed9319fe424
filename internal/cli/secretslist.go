package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/secrets"
)

type secretsListOptions struct {
	*app
	noLogs, noHistory bool
}

func newSecretsList(a *app) *cobra.Command {
	o := &secretsListOptions{app: a}
	cmd := &cobra.Command{
		Use: "list", Short: "List the keys: set, unset, placeholder or failing", Args: noArguments,
		Long: "list shows every key of the three secrets, who needs it, when it was changed, and when a\n" +
			"function last used the secret's version, as its log lines tell. It shows no value. When\n" +
			"a key changed is seen in up to 20 earlier versions of its secret.",
		Example: "  keyvex secrets list -e development\n  keyvex secrets list --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runSecretsList(cmd.Context(), o) },
	}
	cmd.Flags().BoolVar(&o.noLogs, "no-logs", false, "do not look into the functions' logs")
	cmd.Flags().BoolVar(&o.noHistory, "no-history", false, "do not read earlier versions")
	return cmd
}

func runSecretsList(ctx context.Context, o *secretsListOptions) error {
	at, err := o.stand(ctx)
	if err != nil {
		return err
	}
	detail := secrets.Detail{Versions: !o.noHistory}
	if !o.noLogs {
		detail.Logs = at.session.Logs()
	}
	keys, err := o.vault(at).List(ctx, detail)
	if err != nil {
		return err
	}
	if o.flags.json {
		return o.document(present.Secrets(at.place(), keys))
	}
	o.print(o.outLook().SecretsTable(keys, o.clock.Now())...)
	lacking := 0
	for _, k := range keys {
		if k.Lacking() {
			lacking++
		}
	}
	if lacking > 0 {
		o.tell("%s to set: keyvex secrets set -e %s", present.Count(lacking, "key"), at.choice.Environment)
	}
	return nil
}
