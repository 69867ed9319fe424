package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/window"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
)

// logsOptions are what the commands have in common that read a window of the logs.
type logsOptions struct {
	*app
	since, until string
	utc          bool

	ground
	span window.Span
	// now is when the command began, in the zone that times are shown in.
	now time.Time
}

func (o *logsOptions) bind(cmd *cobra.Command, since string) {
	flags := cmd.Flags()
	flags.StringVar(&o.since, "since", since, "`when`: 15m, 12:00, 2026-11-22T10:00Z")
	flags.StringVar(&o.until, "until", "", "up to `when` (else now)")
	flags.BoolVar(&o.utc, "utc", false, "times in UTC")
}

// look reads the flags and opens the way to the logs of some functions, or of all.
func (o *logsOptions) look(ctx context.Context, names []string) (err error) {
	if o.now = o.clock.Now(); o.utc {
		o.now = o.now.UTC()
	}
	if _, err = logs.FindGroups(platform.Environment{}, names); err != nil {
		return err
	}
	if o.span.From, err = logs.ParseTime(o.since, o.now); err != nil {
		return err
	}
	o.span.To = o.now
	if o.until != "" {
		if o.span.To, err = logs.ParseTime(o.until, o.now); err != nil {
			return err
		}
	}
	if o.span.To.Before(o.span.From) {
		return problem.New(problem.Usage, "--until is before --since").WithHint("--since 2h --until 1h is an hour")
	}
	if o.ground, err = o.stand(ctx); err != nil {
		return err
	}
	o.span.Groups, err = logs.FindGroups(o.choice.Environment, names)
	return err
}

// onlyFunctions refuses access logs, which have no invocations.
func onlyFunctions(names []string) error {
	for _, name := range names {
		if _, ok := platform.FindFunction(name); !ok {
			return problem.New(problem.Usage, "there is no function %q", name).WithHint("%s", strings.Join(strs(platform.Functions), ", "))
		}
	}
	return nil
}

func (o *logsOptions) reader() *window.Reader { return o.logReader() }

func (o *logsOptions) window() present.Window {
	return present.Window{From: o.span.From.UTC(), To: o.span.To.UTC()}
}

// missing says which groups are not there; if none is, nothing is deployed.
func (o *logsOptions) missing(names []string) error {
	if len(names) == len(o.span.Groups) {
		return problem.New(problem.NotFound, "%s has no logs yet: it is not deployed in account %s, %s", o.choice.Environment, o.who.Account, o.session.Region()).
			WithHint("keyvex deploy -e %s", o.choice.Environment)
	}
	if len(names) > 0 {
		o.note("there is no log group yet of %s", strings.Join(names, ", "))
	}
	return nil
}

// notThere is for an id that no log of the window knows.
func (o *logsOptions) notThere(what, id string) error {
	return problem.New(problem.NotFound, "no function logged anything of %s %s since %s", what, id, o.since).
		WithHint("a longer --since, as --since 7d, or another -e; lines take some seconds to appear")
}
