package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/sandbox/daemon"
	"github.com/keyvex/keyvex/internal/sandbox/faults"
)

type chaosOptions struct {
	*app
	service, operation string
	throttle, errors   float64
	drop               float64
	latency            time.Duration
	kill               time.Duration
	off                bool
}

func newLocalChaos(a *app) *cobra.Command {
	o := &chaosOptions{app: a}
	cmd := &cobra.Command{
		Use: "chaos", Short: "Let calls to the local platform fail, and its functions die", Args: noArguments,
		Long: "chaos makes the local AWS misbehave until it is told to stop, for every client, keyvex\n" +
			"itself among them. Without a flag it says what goes wrong now, and how often it has.",
		Example: "  keyvex local chaos --throttle 10 --errors 5 --kill 20s\n  keyvex local chaos --off",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runLocalChaos(cmd.Context(), o) },
	}
	flags := cmd.Flags()
	flags.Float64Var(&o.throttle, "throttle", 0, "`percent` of the calls that are throttled")
	flags.Float64Var(&o.errors, "errors", 0, "`percent` of the calls that end in a server error")
	flags.Float64Var(&o.drop, "drop", 0, "`percent` of the calls whose connection is lost")
	flags.DurationVar(&o.latency, "latency", 0, "hold every call up for so `long`")
	flags.DurationVar(&o.kill, "kill", 0, "kill a function's processes about once in so `long`")
	flags.StringVar(&o.service, "service", "", "only calls of this `service`, for example dynamodb")
	flags.StringVar(&o.operation, "operation", "", "only calls of this `operation`, for example Put*")
	flags.BoolVar(&o.off, "off", false, "let everything work again")
	return cmd
}

func runLocalChaos(ctx context.Context, o *chaosOptions) error {
	dirs, err := o.dirs()
	if err != nil {
		return err
	}
	for flag, percent := range map[string]float64{"throttle": o.throttle, "errors": o.errors, "drop": o.drop} {
		if !(percent >= 0 && percent <= 100) { // NaN is neither
			return problem.New(problem.Usage, "--%s cannot be %g", flag, percent).WithHint("percent of the calls, 0 to 100")
		}
	}
	chaos := daemon.Chaos{Rules: o.rules(), KillEvery: o.kill}
	for _, rule := range chaos.Rules {
		if err := rule.Check(); err != nil {
			return problem.New(problem.Usage, "%s", err).WithHint("keyvex local chaos --help")
		}
	}
	if o.kill < 0 {
		return problem.New(problem.Usage, "--kill cannot be negative").WithHint("for example --kill 20s")
	}
	if o.off || len(chaos.Rules) > 0 || o.kill > 0 {
		if o.off {
			chaos = daemon.Chaos{}
		}
		if err := daemon.SetChaos(ctx, dirs.State, chaos); err != nil {
			return err
		}
	}
	report, err := daemon.ReadChaos(ctx, dirs.State)
	if err != nil {
		return err
	}
	if o.flags.json {
		return o.document(chaosRow(report))
	}
	o.print(chaosLines(report)...)
	return nil
}

// rules are those that the flags ask for.
func (o *chaosOptions) rules() []faults.Rule {
	var rules []faults.Rule
	add := func(wanted bool, r faults.Rule) {
		if wanted {
			r.Service, r.Operation = o.service, o.operation
			rules = append(rules, r)
		}
	}
	add(o.latency != 0, faults.Rule{Kind: faults.Latency, Probability: 1, Latency: o.latency})
	add(o.throttle != 0, faults.Rule{Kind: faults.Throttle, Probability: o.throttle / 100})
	add(o.errors != 0, faults.Rule{Kind: faults.ServerError, Probability: o.errors / 100})
	add(o.drop != 0, faults.Rule{Kind: faults.Drop, Probability: o.drop / 100})
	return rules
}

func chaosRow(r daemon.ChaosReport) present.Chaos {
	row := present.Chaos{Rules: []present.ChaosRule{}, KillEverySeconds: r.KillEvery.Seconds(), Killed: r.Killed}
	for _, rule := range r.Rules {
		row.Rules = append(row.Rules, present.ChaosRule{
			Kind: string(rule.Kind), Service: rule.Service, Operation: rule.Operation,
			Percent: rule.Probability * 100, LatencySeconds: rule.Latency.Seconds(), Count: rule.Count,
		})
	}
	return row
}

func chaosLines(r daemon.ChaosReport) []string {
	var lines []string
	for _, rule := range r.Rules {
		what := string(rule.Kind)
		if rule.Kind == faults.Latency {
			what += " of " + present.Duration(rule.Latency.Round(time.Millisecond))
		}
		where := firstOf(rule.Service, "every service")
		if rule.Operation != "" {
			where += " " + rule.Operation
		}
		lines = append(lines, fmt.Sprintf("%s in %s: %g%% of the calls, %d so far", what, where, rule.Probability*100, rule.Count))
	}
	if r.KillEvery > 0 {
		lines = append(lines, fmt.Sprintf("a function's processes killed about every %s: %d so far", present.Duration(r.KillEvery), r.Killed))
	}
	if len(lines) == 0 {
		return []string{"nothing goes wrong on purpose"}
	}
	return append(lines, "keyvex local chaos --off ends it")
}
