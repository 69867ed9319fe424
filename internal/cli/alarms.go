package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
)

func newAlarms(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "alarms", Short: "Show the CloudWatch alarms, their history, and mute them", GroupID: groupLook, Args: noSuchCommand,
		Long: "The alarms come from the same table of thresholds as keyvex's own verdict. They go by\n" +
			"short names, as ai-processing-dlq-not-empty.",
		Example: "  keyvex alarms list -e production\n  keyvex alarms mute ai-processor-errors-broken --for 2h -e production",
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newAlarmsList(a), newAlarmsHistory(a), newAlarmsMute(a))
	return cmd
}

func newAlarmsList(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "Show the alarms, those that fire first", Args: noArguments,
		Example: "  keyvex alarms list -e production",
		RunE: func(cmd *cobra.Command, _ []string) error {
			at, err := a.stand(cmd.Context())
			if err != nil {
				return err
			}
			return a.listAlarms(cmd.Context(), at, func(metrics.Alarm) bool { return true })
		},
	}
}

// listAlarms shows those of the alarms that are wanted.
func (a *app) listAlarms(ctx context.Context, at ground, wanted func(metrics.Alarm) bool) error {
	collector, err := a.collector(at, 0)
	if err != nil {
		return err
	}
	all, err := collector.ListAlarms(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return problem.New(problem.NotFound, "%s has no alarms", at.choice.Environment).WithHint("keyvex status -e %s shows what is deployed", at.choice.Environment)
	}
	some := slices.DeleteFunc(all, func(a metrics.Alarm) bool { return !wanted(a) })
	if a.flags.json {
		return a.document(present.Alarms(at.place(), some))
	}
	a.print(a.outLook().AlarmsTable(some, a.moments())...)
	return nil
}

// moments is how times are told now.
func (a *app) moments() present.OverviewOptions {
	now := a.clock.Now()
	return present.OverviewOptions{Now: now, Zone: now.Location()}
}

func newAlarmsHistory(a *app) *cobra.Command {
	since := ""
	cmd := &cobra.Command{
		Use: "history [ALARM]", Short: "Show when alarms fired, and what they did", Args: atMostOne("alarm"),
		Example: "  keyvex alarms history --since 7d\n  keyvex alarms history ai-processor-errors-broken --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			from, err := past(since, a.clock.Now())
			if err != nil {
				return err
			}
			at, err := a.stand(cmd.Context())
			if err != nil {
				return err
			}
			collector, err := a.collector(at, 0)
			if err != nil {
				return err
			}
			events, err := collector.AlarmHistory(cmd.Context(), firstOf(args...), from)
			if err != nil {
				return err
			}
			if a.flags.json {
				return a.document(present.AlarmHistory(at.place(), events))
			}
			if len(events) == 0 {
				a.note("nothing happened since %s", since)
				return nil
			}
			a.print(a.outLook().AlarmHistoryTable(events, a.moments())...)
			return nil
		},
	}
	cmd.Flags().StringVar(&since, "since", "24h", "`when` it begins: 3h, 7d, 12:00; CloudWatch keeps 30 days")
	return cmd
}

type muteOptions struct {
	*app
	length time.Duration
	off    bool
}

func newAlarmsMute(a *app) *cobra.Command {
	o := &muteOptions{app: a}
	cmd := &cobra.Command{
		Use: "mute ALARM", Short: "Keep an alarm's notifications back for a while", Args: cobra.ArbitraryArgs,
		Long: "A muted alarm goes on watching; it only tells nobody. It ends by itself, and what still\n" +
			"fires then is told. The verdict takes no notice of it.",
		Example: "  keyvex alarms mute ai-processor-errors-broken --for 2h -e production\n  keyvex alarms mute ai-processor-errors-broken --off -e production",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return problem.New(problem.Usage, "which alarm is meant").WithHint("keyvex alarms list names them")
			}
			return runAlarmsMute(cmd.Context(), o, args[0])
		},
	}
	cmd.Flags().DurationVar(&o.length, "for", time.Hour, "how `long`, up to 360h")
	cmd.Flags().BoolVar(&o.off, "off", false, "end it at once")
	return cmd
}

func runAlarmsMute(ctx context.Context, o *muteOptions, alarm string) error {
	at, err := o.standToWrite(ctx, o.flags.env)
	if err != nil {
		return err
	}
	collector, err := o.collector(at, 0)
	if err != nil {
		return err
	}
	if o.off {
		err = collector.Unmute(ctx, alarm)
	} else {
		_, err = collector.Mute(ctx, alarm, o.length)
	}
	if err != nil {
		return err
	}
	return o.listAlarms(ctx, at, func(a metrics.Alarm) bool {
		if found := strings.EqualFold(a.Name, alarm); !found || !o.off || !a.Muted {
			return found
		}
		o.note("a mute rule that is not keyvex's still mutes it")
		return true
	})
}
