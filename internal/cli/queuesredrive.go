package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues"
)

type queuesRedriveOptions struct {
	*app
	selectionFlags
	ids    []string
	rate   int
	cancel bool
	resume bool
	canary int
	sets   []string
	edit   bool
	pick   bool

	at    queueAt
	drawn bool
	last  time.Time
}

func newQueuesRedrive(a *app) *cobra.Command {
	o := &queuesRedriveOptions{app: a}
	cmd := &cobra.Command{
		Use: "redrive QUEUE", Short: "Bring dead letters back to their queue", Args: oneQueue(0),
		Long: "After a canary SQS moves everything; a selection, or what is changed, keyvex moves,\n" +
			"and stops when messages fail again.",
		Example:           "  keyvex queues redrive ai-processing --where 'error contains \"401\"'",
		RunE:              func(cmd *cobra.Command, args []string) error { return runQueuesRedrive(cmd.Context(), o, args[0]) },
		ValidArgsFunction: queueNames(queues.Names()),
	}
	o.bind(cmd, 0)
	cmd.Flags().StringArrayVar(&o.ids, "id", nil, "only the message with this `id`; repeatable")
	cmd.Flags().BoolVar(&o.pick, "pick", false, "choose them from a list")
	cmd.Flags().IntVar(&o.rate, "rate", 0, "`messages` a second, where SQS moves all")
	cmd.Flags().BoolVar(&o.cancel, "cancel", false, "stop SQS moving everything")
	cmd.Flags().BoolVar(&o.resume, "resume", false, "carry on a redrive that was killed")
	cmd.Flags().IntVar(&o.canary, "canary", 1, "`messages` that go first, 0 for none")
	cmd.Flags().StringArrayVar(&o.sets, "set", nil, "set `path=value` in the body, or remove path-")
	cmd.Flags().BoolVar(&o.edit, "edit", false, "change each body in $EDITOR")
	return cmd
}

func (o *queuesRedriveOptions) selective() bool {
	return o.where != "" || o.since != "" || o.max > 0 || len(o.ids) > 0 || len(o.sets) > 0 || o.edit || o.pick || o.resume
}

func (o *queuesRedriveOptions) check() error {
	switch {
	case o.rate < 0 || o.rate > queues.MaxRate:
		return problem.New(problem.Usage, "--rate cannot be %d", o.rate).WithHint("1 to %d messages a second", queues.MaxRate)
	case o.rate > 0 && o.selective():
		return problem.New(problem.Usage, "--rate is for a redrive of everything").WithHint("leave out the selection, or --rate")
	case o.canary < 0 || o.canary > queues.NoCanary:
		return problem.New(problem.Usage, "--canary cannot be %d", o.canary).WithHint("0 to %d messages", queues.NoCanary)
	case o.cancel && o.selective():
		return problem.New(problem.Usage, "--cancel is for a redrive of everything").WithHint("Ctrl-C ends a selected one")
	case o.resume && (o.where != "" || o.since != "" || o.max > 0 || len(o.ids) > 0 || len(o.sets) > 0 || o.edit || o.pick):
		return problem.New(problem.Usage, "--resume carries on what was begun, with its own selection").WithHint("leave out the selection, or --resume")
	}
	return nil
}

func runQueuesRedrive(ctx context.Context, o *queuesRedriveOptions, queue string) (err error) {
	if err = o.check(); err != nil {
		return err
	}
	selection, err := o.selection(o.app)
	if err != nil {
		return err
	}
	if o.at, err = o.atQueueToWrite(ctx, queue); err != nil {
		return err
	}
	switch {
	case o.cancel:
		moved, err := o.at.CancelMove(ctx, o.at.name)
		if err == nil {
			o.note("stopped, %s moved before", present.Count(int(moved), "message"))
		}
		return err
	case o.selective():
		return o.selected(ctx, selection)
	}
	return o.everything(ctx)
}

// everything has SQS move it, and follows that.
func (o *queuesRedriveOptions) everything(ctx context.Context) error {
	dead := o.at.name.DeadLetter()
	running, err := o.at.Moving(ctx, dead)
	if err != nil {
		return err
	}
	if !running {
		status, err := o.at.Status(ctx, dead)
		if err != nil {
			return err
		}
		if status.Ready == 0 {
			return o.nothingReady(status)
		}
		o.note("%s of %s go back to %s, with new ids", present.Count(status.Ready, "message"), dead, o.at.name.Source())
		if err := o.confirmName(ctx, o.at.choice.Environment); err != nil {
			return err
		}
		if err := o.canaryFirst(ctx, status); err != nil {
			return err
		}
	}
	var task queues.MoveTask
	for task, err = range o.at.Move(ctx, dead, o.rate) {
		if err == nil {
			o.show(present.Move(dead, task, o.clock.Now()), !task.Running())
		}
	}
	o.sayBlind(ctx, task.Blind)
	switch {
	case err != nil && ctx.Err() != nil && task.Running():
		o.wipe()
		return problem.New(problem.LeftRunning, "SQS goes on moving %s", dead).
			WithHint("the same command follows it again, --cancel stops it")
	case err != nil:
		return err
	case task.Status != "COMPLETED":
		return problem.New(problem.Failed, "the move ended as %s after %d messages: %s", task.Status, task.Moved, task.Reason).
			WithHint("keyvex queues list shows what is where")
	}
	status, err := o.at.Status(ctx, dead)
	if err == nil && status.InFlight > 0 {
		return stays(status)
	}
	return err
}

// sayBlind says that nobody watched whether what is redriven fails again, and why.
func (o *queuesRedriveOptions) sayBlind(ctx context.Context, why error) {
	if why != nil && ctx.Err() == nil {
		o.note("whether they fail again could not be seen: %s", why)
	}
}

// canaryFirst moves a canary and awaits it, before SQS moves the others.
func (o *queuesRedriveOptions) canaryFirst(ctx context.Context, status queues.Status) (err error) {
	if o.canary == 0 || status.Ready <= queues.NoCanary {
		return nil
	}
	var e queues.RedriveEvent
	for e, err = range o.at.Redrive(ctx, status.Name, queues.RedriveOptions{Canary: o.canary, CanaryOnly: true}) {
		if e.Kind == "canary" {
			o.showEvent(e, err)
		}
	}
	if ctx.Err() != nil && err != nil {
		return problem.New(problem.Interrupted, "interrupted, %s moved", present.Count(e.Moved, "message")).
			WithHint("keyvex queues redrive %s begins anew", o.at.name)
	}
	return err
}

// nothingReady ends a redrive of a queue that shows nothing: well where it is empty.
func (o *queuesRedriveOptions) nothingReady(status queues.Status) error {
	if status.InFlight == 0 {
		o.note("nothing to move in %s", status.Name)
		return nil
	}
	return stays(status)
}

// stays is the problem of messages that others hold.
func stays(status queues.Status) error {
	return problem.New(problem.Failed, "%s of %s in flight, with somebody else, and not moved", present.Count(status.InFlight, "message"), status.Name).
		WithHint("the same command again, when they are given back")
}

func (o *queuesRedriveOptions) showEvent(e queues.RedriveEvent, err error) {
	if e.Kind == "" {
		return
	}
	row := present.Redrive(o.at.name.DeadLetter(), e)
	if e.Kind == "canary" && !o.flags.json {
		o.wipe()
		o.note("canary %s is on its way to %s", e.Message, o.at.name.Queue.Spec().Consumer)
		return
	}
	if e.Kind == "done" && err != nil && !o.flags.json { // the error has the last word
		o.wipe()
		o.note("%s", o.errLook().RedriveLine(row))
	} else {
		o.show(row, e.Kind == "done")
	}
	if e.Kind == "done" && !o.flags.json && len(e.Doubtful) > 0 {
		o.note("%s may have been sent twice; %s names them", present.Count(len(e.Doubtful), "message"), e.Journal)
	}
}

// show draws a row over the one before, or writes a line now and then.
func (o *queuesRedriveOptions) show(row present.RedriveRow, last bool) {
	now := o.clock.Now()
	switch {
	case o.flags.json:
		if last || row.Event == "canary" || row.Event == "carried" || now.Sub(o.last) >= time.Second {
			o.last = now
			_ = o.record(row)
		}
	case last:
		o.wipe()
		o.print(o.outLook().RedriveLine(row))
	case o.moves():
		o.wipe()
		fmt.Fprint(o.err, o.errLook().RedriveLine(row))
		o.drawn = true
	case now.Sub(o.last) >= progressEvery:
		o.last = now
		o.note("%s", o.errLook().RedriveLine(row))
	}
}

func (o *queuesRedriveOptions) wipe() {
	if o.drawn {
		fmt.Fprint(o.err, "\r"+clearLine)
		o.drawn = false
	}
}
