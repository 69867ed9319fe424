package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
)

func newLogsShow(a *app) *cobra.Command {
	o := &logsOptions{app: a}
	cmd := &cobra.Command{
		Use: "show REQUEST_ID", Short: "Show a whole invocation with its lines", Args: oneID("REQUEST_ID", "keyvex logs invocations lists them"),
		Long: "All lines of the invocation, those without its id as well, with the time since its\n" +
			"start. The id of a message, a job or a socket's request finds its invocations, too.",
		Example: "  keyvex logs show 6557b551-2d8c-009e-aaaa-c3249b0a15ac",
		RunE:    func(cmd *cobra.Command, args []string) error { return runLogsShow(cmd.Context(), o, args[0]) },
	}
	o.bind(cmd, "24h")
	return cmd
}

// oneID takes one argument that is not empty.
func oneID(name, hint string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 || args[0] == "" {
			return problem.New(problem.Usage, "%s takes one %s", cmd.CommandPath(), name).WithHint("%s", hint)
		}
		return nil
	}
}

func runLogsShow(ctx context.Context, o *logsOptions, id string) error {
	if err := o.look(ctx, nil); err != nil {
		return err
	}
	found, err := invocation.Show(ctx, o.reader(), o.span, id)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return o.notThere("request", id)
	}
	if o.flags.json {
		doc := present.ShowDocument{Where: o.place()}
		for _, w := range found {
			doc.Invocations = append(doc.Invocations, present.Whole(w))
		}
		return o.document(doc)
	}
	for i, w := range found {
		if i > 0 {
			o.print("")
		}
		o.print(o.outLook().InvocationLines(w, o.now.Location())...)
	}
	return nil
}
