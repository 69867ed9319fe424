package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/present"
)

func newChanges(a *app) *cobra.Command {
	since := ""
	cmd := &cobra.Command{
		Use: "changes", Short: "Show what was changed, when, and by whom", GroupID: groupLook, Args: noArguments,
		Long: "changes puts deploys (by the stacks' events), new versions of secrets, redrives of this\n" +
			"machine and paused consumers into one list. AWS does not say who wrote a secret or\n" +
			"paused a function, and of a deploy it knows keyvex's run: where nobody knows, it says\n" +
			"so. CloudTrail would know.",
		Example: "  keyvex changes -e production\n  keyvex changes --since 7d --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runChanges(cmd.Context(), a, since) },
	}
	cmd.Flags().StringVar(&since, "since", "24h", "`when` it begins: 3h, 7d, 12:00")
	return cmd
}

func runChanges(ctx context.Context, a *app, since string) error {
	from, err := logs.ParseTime(since, a.clock.Now())
	if err != nil {
		return err
	}
	at, err := a.stand(ctx)
	if err != nil {
		return err
	}
	collector, err := a.collector(at, 0)
	if err != nil {
		return err
	}
	changes, err := collector.ReadChanges(ctx, from)
	if err != nil {
		return err
	}
	if a.flags.json {
		return a.document(present.Changes(at.place(), changes))
	}
	if len(changes) == 0 {
		a.note("nothing was changed since %s", since)
		return nil
	}
	a.print(a.outLook().ChangesTable(changes, a.moments())...)
	return nil
}
