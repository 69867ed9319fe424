package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
)

func newLogsErrors(a *app) *cobra.Command {
	o := &logsOptions{app: a}
	cmd := &cobra.Command{
		Use: "errors [FUNCTION...]", Short: "Count errors by what they say", ValidArgs: strs(platform.Functions),
		Long: "Errors that differ only in numbers, ids, times and addresses are one group, the most\n" +
			"frequent first, with the first and the last of them and an invocation to look at.",
		Example: "  keyvex logs errors --since 24h\n  keyvex logs errors email-processor --json",
		RunE:    func(cmd *cobra.Command, args []string) error { return runLogsErrors(cmd.Context(), o, args) },
	}
	o.bind(cmd, "1h")
	return cmd
}

func runLogsErrors(ctx context.Context, o *logsOptions, functions []string) error {
	if err := onlyFunctions(functions); err != nil {
		return err
	}
	if err := o.look(ctx, functions); err != nil {
		return err
	}
	groups, missing, err := invocation.Errors(ctx, o.reader(), o.span)
	if err != nil {
		return err
	}
	if err := o.missing(missing); err != nil {
		return err
	}
	if o.flags.json {
		return o.document(present.ErrorsDocument{Where: o.place(), Window: o.window(), Errors: present.ErrorGroups(groups), Missing: missing})
	}
	total := 0
	for _, g := range groups {
		total += g.Count
	}
	o.print(o.outLook().ErrorLines(groups, o.window(), o.now.Location())...)
	o.note("%s of %s since %s", present.Count(total, "error"), present.Count(len(groups), "kind"), o.since)
	return nil
}
