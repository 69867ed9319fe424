package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/insights"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
)

type queryOptions struct {
	logsOptions
	insights.Saved
	groups []string
	list   bool
	limit  int
}

// askFrom is the price in dollars from which a query is not run unasked.
const askFrom = 1.0

func newLogsQuery(a *app) *cobra.Command {
	o := &queryOptions{logsOptions: logsOptions{app: a}}
	cmd := &cobra.Command{
		Use: "query NAME | QUERY", Short: "Ask Logs Insights, by a saved query or your own",
		Long: "Logs Insights costs $0.005 for each GB that it scans. What a query will scan is\n" +
			"estimated first, and what it has scanned is told after it. From a dollar on it asks.",
		Example: "  keyvex logs query --list\n  keyvex logs query provider-latency --since 24h\n" +
			"  keyvex logs query 'filter @message like /x509/ | stats count(*) by @log'",
		RunE: func(cmd *cobra.Command, args []string) error { return runLogsQuery(cmd.Context(), o, args) },
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return savedNames(), cobra.ShellCompDirectiveNoFileComp
		},
	}
	o.bind(cmd, "1h")
	cmd.Flags().StringArrayVar(&o.groups, "function", nil, "only the logs of this `function`, or rest or websocket; repeatable")
	cmd.Flags().IntVarP(&o.limit, "limit", "n", 1000, "at most this `number` of rows, to 10000")
	cmd.Flags().BoolVar(&o.list, "list", false, "list the saved queries")
	complete(cmd, "function", logs.Names)
	return cmd
}

func savedNames() []string {
	var names []string
	for _, q := range insights.Queries() {
		names = append(names, q.Name)
	}
	return names
}

// query finds it: a saved one by its name, or the text itself.
func (o *queryOptions) query(args []string) error {
	if o.limit < 1 || o.limit > 10_000 {
		return problem.New(problem.Usage, "--limit cannot be %d", o.limit).WithHint("1 to 10000")
	}
	text := strings.TrimSpace(strings.Join(args, " "))
	saved, ok := insights.Find(text)
	switch {
	case ok:
		o.Saved = saved
	case text == "":
		return problem.New(problem.Usage, "which query is meant").WithHint("keyvex logs query --list shows the saved ones")
	case !strings.ContainsAny(text, " |"):
		return problem.New(problem.Usage, "there is no saved query %q", text).WithHint("%s", strings.Join(savedNames(), ", "))
	default:
		o.Text = text
	}
	if len(o.groups) > 0 {
		o.Groups = o.groups
	}
	return nil
}

func runLogsQuery(ctx context.Context, o *queryOptions, args []string) error {
	if o.list {
		return o.listSaved()
	}
	if err := o.query(args); err != nil {
		return err
	}
	if err := o.look(ctx, o.Groups); err != nil {
		return err
	}
	client := insights.Client{API: o.session.Logs(), Clock: o.clock}
	query := insights.Query{Groups: o.span.Groups, Text: o.Text, From: o.span.From, To: o.span.To, Limit: o.limit}
	estimate, err := client.Estimate(ctx, query)
	if err != nil {
		return err
	}
	if err := o.missing(estimate.Missing); err != nil {
		return err
	}
	if err := o.weigh(ctx, estimate); err != nil {
		return err
	}
	query.Groups = estimate.Present
	result, err := client.Run(ctx, query)
	if err != nil {
		return err
	}
	result.Rows = insights.Fold(result.Rows, o.Folded)
	return o.answer(estimate, result)
}

// weigh says what a query will cost, and asks where that is much.
func (o *queryOptions) weigh(ctx context.Context, e insights.Estimate) error {
	cost := insights.Cost(e.Bytes)
	o.note("about %s to scan, %s", present.Bytes(e.Bytes), o.price(cost))
	if cost < askFrom || o.session.Loopback() {
		return nil
	}
	return o.confirm(ctx, "scan that much?")
}

// price is nothing on the local platform.
func (o *queryOptions) price(cost float64) string {
	if o.session.Loopback() {
		return "free on this machine (" + present.Dollars(cost) + " on AWS)"
	}
	return present.Dollars(cost)
}

func (o *queryOptions) answer(e insights.Estimate, r *insights.Result) error {
	var groups []string
	short := map[string]string{}
	for _, g := range e.Present {
		groups = append(groups, g.Short)
		short[g.Name] = g.Short
	}
	if o.flags.json {
		return o.document(present.QueryDocument{
			Where: o.place(), Window: o.window(), Query: o.Text, Groups: groups, Rows: present.QueryRows(r.Rows),
			EstimatedBytes: e.Bytes, ScannedBytes: r.Scanned, CostDollars: insights.Cost(r.Scanned),
			RecordsScanned: r.Records, RecordsMatched: r.Matched, Seconds: r.Took.Seconds(), Missing: e.Missing,
		})
	}
	if len(r.Rows) > 0 {
		o.print(o.outLook().QueryTable(r.Rows, func(name string) string { return firstOf(short[name], name) })...)
	}
	o.note("%s; scanned %s in %s of %s, %s", present.Count(len(r.Rows), "row"), present.Bytes(r.Scanned), present.Fine(r.Took), strings.Join(groups, ", "), o.price(insights.Cost(r.Scanned)))
	return nil
}

func (o *queryOptions) listSaved() error {
	if o.flags.json {
		return o.document(present.SavedQueries(insights.Queries()))
	}
	o.print(o.outLook().SavedTable(insights.Queries())...)
	return nil
}
