package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/config"
	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
)

type envsOptions struct {
	*app
	offline bool
}

func newEnvs(a *app) *cobra.Command {
	o := &envsOptions{app: a}
	cmd := &cobra.Command{
		Use: "envs", Short: "List the environments and what is deployed of them", GroupID: groupLook, Args: noArguments,
		Long: "envs lists local, the environments of keyvex.toml, and those deployed in the account\n" +
			"that your credentials lead to. One that cannot be reached is listed with the reason.",
		Example: "  keyvex envs\n  keyvex envs --offline\n  keyvex envs --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runEnvs(cmd.Context(), o) },
	}
	cmd.Flags().BoolVar(&o.offline, "offline", false, "only what keyvex.toml says, no AWS call")
	return cmd
}

func runEnvs(ctx context.Context, o *envsOptions) error {
	file, err := o.configuration()
	if err != nil {
		return err
	}
	current, _, err := file.Choose(o.flags.env, o.getenv("KEYVEX_ENV"))
	if err != nil {
		return err
	}
	list := &environmentList{file: file, current: current.Environment.Name}
	for _, name := range append([]string{platform.Local, current.Environment.Name}, file.Names()...) {
		list.add(name)
	}
	if o.offline {
		for i := range list.rows {
			list.rows[i].Unreachable = "not asked"
		}
	} else {
		o.reach(ctx, list)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	doc := present.EnvironmentsDocument{Environments: list.rows}
	if o.flags.json {
		return o.document(doc)
	}
	o.print(o.outLook().EnvironmentsTable(doc.Environments, o.clock.Now())...)
	return nil
}

// environmentList keeps one row of each environment.
type environmentList struct {
	file    *config.File
	current string
	rows    []present.EnvironmentRow
}

func (l *environmentList) add(name string) *present.EnvironmentRow {
	i := slices.IndexFunc(l.rows, func(r present.EnvironmentRow) bool { return r.Name == name })
	if i >= 0 {
		return &l.rows[i]
	}
	env, err := l.file.Environment(name)
	if err != nil {
		return nil
	}
	_, configured := l.file.Environments[name]
	l.rows = append(l.rows, present.EnvironmentRow{
		Name: name, Tier: env.Tier, Current: name == l.current, Configured: configured, Stacks: []present.StackRow{},
	})
	return &l.rows[len(l.rows)-1]
}

// reach asks each place that an environment names: local's, and every pair of
// profile and region, once.
func (o *envsOptions) reach(ctx context.Context, list *environmentList) {
	asked := map[string]bool{}
	for _, name := range names(list) {
		choice, err := list.file.Choice(name, config.FromFlag)
		if err != nil {
			continue
		}
		local := ""
		if choice.Environment.IsLocal() {
			local = platform.Local
		}
		key := strings.Join([]string{local, choice.Settings.Profile, choice.Settings.Region}, " ")
		if asked[key] {
			continue
		}
		asked[key] = true
		found, err := o.environmentsAt(ctx, choice)
		if err != nil {
			list.add(name).Unreachable = asProblem(ctx, err).Message
			continue
		}
		for _, e := range found {
			if row := list.add(e.Name); row != nil && choice.Environment.IsLocal() == (e.Name == platform.Local) {
				row.Stacks = present.StackRows(e.Stacks)
			}
		}
	}
}

func names(list *environmentList) []string {
	var out []string
	for _, row := range list.rows {
		out = append(out, row.Name)
	}
	return out
}

func (o *envsOptions) environmentsAt(ctx context.Context, choice config.Choice) ([]deploy.EnvironmentStatus, error) {
	if choice.Environment.IsLocal() && !o.localKnown() {
		return nil, nil
	}
	session, err := o.open(ctx, choice)
	if err != nil {
		return nil, err
	}
	who, err := session.Identity(ctx)
	if err != nil {
		return nil, err
	}
	return o.deployer(session, who).Environments(ctx)
}
