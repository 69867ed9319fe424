package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/secrets"
)

type secretsDiffOptions struct {
	*app
	from, to string
}

func newSecretsDiff(a *app) *cobra.Command {
	o := &secretsDiffOptions{app: a}
	cmd := &cobra.Command{
		Use: "diff --from A --to B", Short: "Compare two environments' values by fingerprint", Args: noArguments,
		Example: "  keyvex secrets diff --from development --to staging",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runSecretsDiff(cmd.Context(), o) },
	}
	bindFromTo(cmd, &o.from, &o.to)
	return cmd
}

func runSecretsDiff(ctx context.Context, o *secretsDiffOptions) error {
	from, to, err := o.fromTo(ctx, o.from, o.to, false)
	if err != nil {
		return err
	}
	all, err := o.compare(ctx, from, to)
	if err != nil {
		return err
	}
	if o.flags.json {
		return o.document(present.Comparison(from.place(), to.place(), all))
	}
	o.print(o.outLook().ComparisonTable(o.from, o.to, all)...)
	return nil
}

// compare lays the three secrets of two environments side by side.
func (a *app) compare(ctx context.Context, from, to ground) ([]secrets.Comparison, error) {
	var all []secrets.Comparison
	for _, secret := range platform.Secrets {
		one, err := a.vault(from).Read(ctx, secret)
		if err != nil {
			return nil, err
		}
		other, err := a.vault(to).Read(ctx, secret)
		if err != nil {
			return nil, err
		}
		all = append(all, secrets.Compare(one, other)...)
		one.Wipe()
		other.Wipe()
	}
	return all, nil
}
