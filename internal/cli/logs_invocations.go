package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
)

type invocationsOptions struct {
	logsOptions
	invocation.Choice
	slower, sort string
	limit        int
}

func newLogsInvocations(a *app) *cobra.Command {
	o := &invocationsOptions{logsOptions: logsOptions{app: a}}
	cmd := &cobra.Command{
		Use: "invocations [FUNCTION...]", Short: "List invocations: duration, memory, cold start, outcome", ValidArgs: strs(platform.Functions),
		Long: "One line for each invocation, made of its log lines. A message that was handed\n" +
			"back to its queue counts as an error, though Lambda itself saw none.",
		Example: "  keyvex logs invocations ai-processor --slower-than p95 --sort duration",
		RunE:    func(cmd *cobra.Command, args []string) error { return runLogsInvocations(cmd.Context(), o, args) },
	}
	o.bind(cmd, "1h")
	flags := cmd.Flags()
	flags.BoolVar(&o.Failed, "failed", false, "only those that failed")
	flags.BoolVar(&o.Cold, "cold", false, "only cold starts")
	flags.StringVar(&o.slower, "slower-than", "", "only what took longer than a `span`: 20s, p95")
	flags.StringVar(&o.ID, "job", "", "only those that worked on this `id`")
	flags.StringVar(&o.sort, "sort", "start", "`order`: start, duration, billed, memory, init, ...")
	flags.IntVarP(&o.limit, "limit", "n", 200, "at most this `number`, 0 for all")
	complete(cmd, "sort", func() []string { return invocation.Orders })
	return cmd
}

func (o *invocationsOptions) check() (err error) {
	if !slices.Contains(invocation.Orders, o.sort) {
		return problem.New(problem.Usage, "--sort cannot be %q", o.sort).WithHint("%s", strings.Join(invocation.Orders, ", "))
	}
	if o.limit < 0 {
		return problem.New(problem.Usage, "--limit cannot be %d", o.limit).WithHint("0 for all")
	}
	if o.slower != "" {
		o.Slower, err = invocation.ParseThreshold(o.slower)
	}
	return err
}

func runLogsInvocations(ctx context.Context, o *invocationsOptions, functions []string) error {
	if err := o.check(); err != nil {
		return err
	}
	if err := onlyFunctions(functions); err != nil {
		return err
	}
	if err := o.look(ctx, functions); err != nil {
		return err
	}
	list, err := invocation.Read(ctx, o.reader(), o.span)
	if err != nil {
		return err
	}
	if err := o.missing(list.Missing); err != nil {
		return err
	}
	chosen := invocation.Choose(list.Invocations, o.Choice)
	invocation.Sort(chosen, o.sort)
	summary := present.InvocationSummary(len(list.Invocations), chosen)
	shown := o.some(chosen)
	if o.flags.json {
		doc := present.InvocationsDocument{
			Where: o.place(), Window: o.window(), Total: len(list.Invocations), Matched: len(chosen), Missing: list.Missing, Invocations: []present.InvocationRow{},
		}
		for _, i := range shown {
			doc.Invocations = append(doc.Invocations, present.Invocation(i))
		}
		return o.document(doc)
	}
	if len(shown) > 0 {
		o.print(o.outLook().InvocationTable(shown, o.window(), o.now.Location())...)
	}
	o.note("%s", summary)
	if len(shown) < len(chosen) {
		o.note("%d are shown; --limit 0 shows all", len(shown))
	}
	return nil
}

// some are as many as the limit allows: of an order by time the latest.
func (o *invocationsOptions) some(all []*invocation.Invocation) []*invocation.Invocation {
	switch {
	case o.limit == 0 || len(all) <= o.limit:
		return all
	case o.sort == "start":
		return all[len(all)-o.limit:]
	}
	return all[:o.limit]
}
