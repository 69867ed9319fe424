package cli

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/present"
)

func newChanges(a *app) *cobra.Command {
	since := ""
	cmd := &cobra.Command{
		Use: "changes", Short: "Show what was changed, when, and by whom", GroupID: groupLook, Args: noArguments,
		Long: "changes puts deploys (by the stacks' events), new versions of secrets, redrives and\n" +
			"paused consumers into one list. Who it was says CloudTrail's event history, which also\n" +
			"has what was resumed, purged, or changed by hand in the AWS console. It is free, goes\n" +
			"back 90 days, is up to 15 minutes late, and needs the permission cloudtrail:LookupEvents:\n" +
			"without it the list is there, and says that nobody told who it was.",
		Example: "  keyvex changes -e production\n  keyvex changes --since 7d --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runChanges(cmd.Context(), a, since) },
	}
	cmd.Flags().StringVar(&since, "since", "24h", "`when` it begins: 3h, 7d, 12:00")
	return cmd
}

func runChanges(ctx context.Context, a *app, since string) error {
	from, err := past(since, a.clock.Now())
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
	changes, missed := collector.ReadChanges(ctx, from)
	if missed != nil && len(changes.List) == 0 {
		return missed
	}
	if a.flags.json {
		return cmp.Or(a.document(present.Changes(at.place(), changes)), missed)
	}
	if missed != nil {
		a.note("not all that was changed is known")
	}
	for _, note := range present.TrailNotes(changes, a.moments()) {
		a.note("%s", note)
	}
	if len(changes.List) == 0 {
		a.note("nothing was changed since %s", since)
		return nil
	}
	a.print(a.outLook().ChangesTable(changes.List, a.moments())...)
	return missed
}
