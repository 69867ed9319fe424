package cli

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/secrets"
)

// fromTo stands in the two environments that --from and --to name.
func (a *app) fromTo(ctx context.Context, from, to string, write bool) (source, destination ground, err error) {
	if from == "" || to == "" || from == to {
		return source, destination, problem.New(problem.Usage, "which two environments are meant").WithHint("--from development --to staging")
	}
	if source, err = a.standIn(ctx, from); err != nil {
		return source, destination, err
	}
	stand := a.standIn
	if write {
		stand = a.standToWrite
	}
	destination, err = stand(ctx, to)
	return source, destination, err
}

type secretsCopyOptions struct {
	*app
	from, to string
}

func newSecretsCopy(a *app) *cobra.Command {
	o := &secretsCopyOptions{app: a}
	cmd := &cobra.Command{
		Use: "copy SECRET.KEY...", Short: "Copy keys from one environment to another", ValidArgsFunction: completeKeys,
		Example: "  keyvex secrets copy --from development --to staging ai.openai_api_key",
		RunE:    func(cmd *cobra.Command, args []string) error { return runSecretsCopy(cmd.Context(), o, args) },
	}
	bindFromTo(cmd, &o.from, &o.to)
	return cmd
}

func bindFromTo(cmd *cobra.Command, from, to *string) {
	cmd.Flags().StringVar(from, "from", "", "the `environment` to read")
	cmd.Flags().StringVar(to, "to", "", "the other `environment`")
}

func runSecretsCopy(ctx context.Context, o *secretsCopyOptions, args []string) error {
	var keys []platform.SecretKey
	for _, path := range args {
		key, err := findKey(path)
		if err != nil {
			return err
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return problem.New(problem.Usage, "which keys are to be copied").WithHint("keyvex secrets copy --from A --to B %s", platform.SecretKeys()[0].Path())
	}
	from, to, err := o.fromTo(ctx, o.from, o.to, true)
	if err != nil {
		return err
	}
	var changes []secrets.Change
	defer func() { secrets.Import{Changes: changes}.Wipe() }()
	for _, secret := range platform.Secrets {
		if !slices.ContainsFunc(keys, func(k platform.SecretKey) bool { return k.Secret == secret }) {
			continue
		}
		snapshot, err := o.vault(from).Read(ctx, secret)
		if err != nil {
			return err
		}
		defer snapshot.Wipe()
		for _, key := range keys {
			if key.Secret != secret {
				continue
			}
			value, err := snapshot.Get(key)
			if err != nil {
				return err
			}
			changes = append(changes, secrets.Change{Key: key, Value: value})
		}
	}
	return o.saveAll(ctx, &saving{app: o.app}, []ground{to}, changes)
}
