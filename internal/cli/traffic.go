package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/dotenv"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/sandbox"
	"github.com/keyvex/keyvex/internal/sandbox/traffic"
)

type trafficOptions struct {
	*app
	traffic.Options
	// shown is set while a line stands on the terminal to be drawn over.
	shown bool
	// last is when the totals were shown last where nothing can be drawn over.
	last time.Time
	// example is a job whose way is shown at the end.
	example traffic.Event
}

func newLocalTraffic(a *app) *cobra.Command {
	o := &trafficOptions{app: a}
	cmd := &cobra.Command{
		Use: "traffic", Short: "Have believable users work with the local platform", Args: noArguments,
		Long: "traffic plays the application and its users: browsers hold sockets, the server side\n" +
			"posts jobs, events and leads to the REST API, and the answers come back over the\n" +
			"sockets. Some jobs go wrong on purpose. It shows one job's way at the end; Ctrl-C\n" +
			"ends it early.",
		Example: "  keyvex local traffic\n  keyvex local traffic --rate 300 --errors 10 --for 2m\n  keyvex local traffic --for 30s --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runLocalTraffic(cmd.Context(), o) },
	}
	cmd.Flags().Float64Var(&o.Rate, "rate", traffic.DefaultRate, "`jobs` a minute")
	cmd.Flags().Float64Var(&o.Errors, "errors", traffic.DefaultErrors, "`percent` of the jobs that go wrong")
	cmd.Flags().DurationVar(&o.For, "for", 0, "how `long` (else until Ctrl-C)")
	cmd.Flags().IntVar(&o.Users, "users", traffic.DefaultUsers, "`users` with a socket")
	cmd.Flags().BoolVar(&o.Poisoned, "poison", false, "begin with a job that becomes a dead letter")
	cmd.Flags().Uint64Var(&o.Seed, "seed", 0, "`number` that decides what is said and what fails (else another one each time)")
	return cmd
}

func (o *trafficOptions) check() error {
	switch {
	case o.Rate <= 0 || o.Rate > 100_000:
		return problem.New(problem.Usage, "--rate cannot be %g", o.Rate).WithHint("jobs a minute, for example --rate 60")
	case o.Errors < 0 || o.Errors > 100:
		return problem.New(problem.Usage, "--errors cannot be %g", o.Errors).WithHint("percent of the jobs, 0 to 100")
	case o.For < 0:
		return problem.New(problem.Usage, "--for cannot be negative").WithHint("for example --for 2m")
	case o.Users < 1 || o.Users > 1000:
		return problem.New(problem.Usage, "--users cannot be %d", o.Users).WithHint("1 to 1000")
	}
	return nil
}

func runLocalTraffic(ctx context.Context, o *trafficOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.flags.env != "" && o.flags.env != platform.Local {
		return problem.New(problem.Usage, "traffic is for the local platform, not %s", o.flags.env).WithHint("leave out -e")
	}
	o.flags.env = platform.Local
	at, err := o.stand(ctx)
	if err != nil {
		return err
	}
	target, err := o.target(ctx, at.session)
	if err != nil {
		return err
	}
	o.Clock, o.Patience = o.clock, traffic.DefaultPatience
	if o.Seed == 0 {
		o.Seed = uint64(o.clock.Now().UnixNano())
	}
	if !o.flags.json {
		what := fmt.Sprintf("traffic: %g jobs a minute from %s, %g%% go wrong on purpose", o.Rate, present.Count(o.Users, "user"), o.Errors)
		if o.Poisoned {
			what += ", one is poisoned"
		}
		o.note("%s", what)
	}
	for event, err := range traffic.Run(ctx, target, o.Options) {
		if err != nil {
			return problem.New(problem.Failed, "no traffic: %s", err).WithHint("keyvex status -e local, keyvex deploy -e local").WithCause(err)
		}
		if err := o.show(ctx, at.session, event); err != nil {
			return err
		}
	}
	return nil
}

// target finds the local environment's APIs, with secrets that its functions can
// work with.
func (o *trafficOptions) target(ctx context.Context, session *cloud.Session) (traffic.Target, error) {
	if err := o.fillSecrets(ctx, session); err != nil {
		return traffic.Target{}, err
	}
	groups, err := dotenv.For(ctx, session)
	if err != nil {
		return traffic.Target{}, err
	}
	local := session.Options.Local
	return traffic.TargetOf(dotenv.Variables(groups), session.Options.Environment, sandbox.ClerkIssuer(local.Endpoint), local.SecretKey)
}

// fillSecrets gives the functions keys for the providers' stand-ins, where the local
// environment has none, and says so.
func (a *app) fillSecrets(ctx context.Context, session *cloud.Session) error {
	set, err := traffic.FillSecrets(ctx, session.SecretsManager(), session.Options.Environment, a.random)
	if len(set) > 0 && !a.flags.json {
		a.note("set %s that functions need, for the local platform alone", present.Count(len(set), "secret key"))
	}
	return err
}

// progressEvery is how often the totals are told where no line can be drawn over.
const progressEvery = 10 * time.Second

func (o *trafficOptions) show(ctx context.Context, session *cloud.Session, e traffic.Event) error {
	if o.example.JobID == "" && e.Kind == traffic.Answered {
		o.example = e
	}
	if o.flags.json {
		row := trafficRow(e)
		if e.Kind == traffic.Ended {
			row.JobID, row.Way = o.example.JobID, o.way(ctx, session)
		}
		return o.record(row)
	}
	line := o.errLook().TrafficLine(trafficTotals(e.Totals))
	switch {
	case e.Kind == traffic.Ended:
		o.wipe()
		o.print(o.outLook().TrafficLine(trafficTotals(e.Totals)))
		if way := o.way(ctx, session); len(way) > 0 {
			o.print(o.outLook().Way(o.example.JobID, way)...)
		}
	case e.Kind == traffic.Refused || e.Kind == traffic.Failed:
		o.wipe()
		o.note("%s %s: %s", e.JobID, e.Kind, e.Reason)
	case o.moves():
		o.wipe()
		fmt.Fprint(o.err, line)
		o.shown = true
	case e.At.Sub(o.last) >= progressEvery:
		o.last = e.At
		o.note("%s", line)
	}
	return nil
}

// wipe clears the line that is drawn over.
func (o *trafficOptions) wipe() {
	if o.shown {
		fmt.Fprint(o.err, "\r"+clearLine)
		o.shown = false
	}
}

// way is that of the example; it tells nothing that must be there.
func (o *trafficOptions) way(ctx context.Context, session *cloud.Session) []present.StationRow {
	if o.example.JobID == "" {
		return nil
	}
	way, err := traffic.AwaitWay(context.WithoutCancel(ctx), o.clock, session.Logs(), session.Options.Environment, o.example.JobID)
	if err != nil || len(way) == 0 {
		return nil
	}
	var rows []present.StationRow
	for _, station := range way {
		rows = append(rows, present.StationRow{Name: station.Name, Seconds: station.Took.Seconds()})
	}
	return append(rows, present.StationRow{Name: "whole", Seconds: o.example.Took.Seconds()})
}

func trafficTotals(t traffic.Totals) present.TrafficTotals {
	return present.TrafficTotals{
		Jobs: t.Jobs, Answered: t.Answered, Failed: t.Failed, Waiting: t.Waiting(), Refused: t.Refused,
		Events: t.Events, Leads: t.Leads, Sockets: t.Sockets,
	}
}

func trafficRow(e traffic.Event) present.TrafficRow {
	return present.TrafficRow{
		Event: string(e.Kind), Time: e.At.UTC(), JobID: e.JobID, AcceptedSeconds: e.Accepted.Seconds(),
		FirstWordsSeconds: e.FirstToken.Seconds(), Seconds: e.Took.Seconds(), Reason: present.Clean(e.Reason), TrafficTotals: trafficTotals(e.Totals),
	}
}
