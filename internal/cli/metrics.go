package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
)

type metricsOptions struct {
	*app
	since, compare string
	period         time.Duration
	utc            bool
}

func newMetrics(a *app) *cobra.Command {
	o := &metricsOptions{app: a}
	cmd := &cobra.Command{
		Use: "metrics [NAME]", Short: "Draw CloudWatch metrics, also against yesterday", GroupID: groupLook, Args: atMostOne("metric"),
		Long: "A thing's name (ai-processor, ai-processing, table, cache, rest, socket, jobs) shows what\n" +
			"is measured of it, a metric's name (ai-processor.p95) draws a chart; without a name all\n" +
			"are listed. In a pipe a chart is one point a line. A gap is a time of which CloudWatch\n" +
			"has nothing.",
		Example: "  keyvex metrics -e production\n  keyvex metrics ai-processor.p95 --since 6h --compare yesterday\n  keyvex metrics table --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			return runMetrics(cmd.Context(), o, args)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.since, "since", "3h", "`when` it begins: 3h, 12:00, 2026-11-22T10:00Z")
	flags.StringVar(&o.compare, "compare", "", "with `yesterday` or last-week")
	flags.DurationVar(&o.period, "period", 0, "what a point stands for, as 5m (else by the window)")
	flags.BoolVar(&o.utc, "utc", false, "times in UTC")
	return cmd
}

// past is a time that is over.
func past(text string, now time.Time) (time.Time, error) {
	at, err := logs.ParseTime(text, now)
	if err == nil && !at.Before(now) {
		err = problem.New(problem.Usage, "%q is not in the past", text).WithHint("for example 15m, 2d or 12:00")
	}
	return at, err
}

// atMostOne takes one argument or none.
func atMostOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return problem.New(problem.Usage, "%s takes one %s", cmd.CommandPath(), what).WithHint("%s --help", cmd.CommandPath())
		}
		return nil
	}
}

func runMetrics(ctx context.Context, o *metricsOptions, args []string) error {
	now := o.clock.Now()
	if o.utc {
		now = now.UTC()
	}
	from, err := past(o.since, now)
	if err != nil {
		return err
	}
	compare := metrics.Comparison(o.compare)
	if compare != metrics.NoComparison && compare.Back() == 0 {
		return problem.New(problem.Usage, "--compare cannot be %q", o.compare).WithHint("--compare yesterday, or last-week")
	}
	at, err := o.stand(ctx)
	if err != nil {
		return err
	}
	collector, err := o.collector(at, 0)
	if err != nil {
		return err
	}
	charts, err := collector.Charts(ctx, args, metrics.ChartOptions{Window: now.Sub(from), Period: o.period, Compare: compare})
	if err != nil {
		return err
	}
	if o.flags.json {
		return o.document(present.Charts(at.place(), charts))
	}
	if !slices.ContainsFunc(charts, func(c metrics.Chart) bool { _, at := c.Series.Last(); return at >= 0 }) {
		o.note("CloudWatch has nothing of it for --since %s; keyvex status -e %s tells what is deployed", o.since, at.choice.Environment)
	}
	return o.draw(charts, now.Location())
}

// chartHeight is how many lines the bars of a chart take.
const chartHeight = 10

func (o *metricsOptions) draw(charts []metrics.Chart, zone *time.Location) error {
	look := o.outLook()
	if s := charts[0].Series; len(charts) == 1 && s.IsProvisional(len(s.Points)-1) {
		o.note("what is after %s may still change", s.Provisional.In(zone).Format("15:04"))
	}
	switch {
	case len(charts) == 1 && o.terminal.out:
		o.print(look.Chart(charts[0], chartHeight, zone)...)
	case len(charts) == 1:
		for i, p := range charts[0].Series.Points {
			if p.Known {
				o.print(fmt.Sprintf("%s\t%g", charts[0].Series.At(i).In(zone).Format(time.RFC3339), p.Value))
			}
		}
	default:
		if look.Width == endless {
			look.Width = pipeWidth
		}
		o.print(look.ChartTable(charts)...)
	}
	return nil
}
