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

	name  queues.Name
	at    ground
	drawn bool
	last  time.Time
}

func newQueuesRedrive(a *app) *cobra.Command {
	o := &queuesRedriveOptions{app: a}
	cmd := &cobra.Command{
		Use: "redrive QUEUE", Short: "Bring dead letters back to their queue", Args: oneQueue(0),
		Long: "Without a selection SQS moves everything; with one, or a change, keyvex does, after\n" +
			"a canary, and stops when messages fail again.",
		Example:           "  keyvex queues redrive ai-processing --where 'error contains \"401\"'",
		RunE:              func(cmd *cobra.Command, args []string) error { return runQueuesRedrive(cmd.Context(), o, args[0]) },
		ValidArgsFunction: queueNames(queues.Names()),
	}
	o.bind(cmd, 0)
	cmd.Flags().StringArrayVar(&o.ids, "id", nil, "only the message with this `id`; repeatable")
	cmd.Flags().IntVar(&o.rate, "rate", 0, "`messages` a second, where SQS moves all")
	cmd.Flags().BoolVar(&o.cancel, "cancel", false, "stop SQS moving everything")
	cmd.Flags().BoolVar(&o.resume, "resume", false, "carry on a redrive that was killed")
	cmd.Flags().IntVar(&o.canary, "canary", 1, "`messages` that go first, 0 for none")
	cmd.Flags().StringArrayVar(&o.sets, "set", nil, "set `path=value` in the body, or remove path-")
	cmd.Flags().BoolVar(&o.edit, "edit", false, "change each body in $EDITOR")
	return cmd
}

func (o *queuesRedriveOptions) selective() bool {
	return o.where != "" || o.since != "" || o.max > 0 || len(o.ids) > 0 || len(o.sets) > 0 || o.edit || o.resume
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
	}
	return nil
}

func runQueuesRedrive(ctx context.Context, o *queuesRedriveOptions, queue string) (err error) {
	if o.name, err = queues.FindName(queue); err != nil {
		return err
	}
	if err = o.check(); err != nil {
		return err
	}
	selection, err := o.selection(o.app)
	if err != nil {
		return err
	}
	if o.at, err = o.standToWrite(ctx, o.flags.env); err != nil {
		return err
	}
	domain, err := o.queuesAt(o.at)
	if err != nil {
		return err
	}
	switch {
	case o.cancel:
		moved, err := domain.CancelMove(ctx, o.name)
		if err == nil {
			o.note("stopped, %s moved before", present.Count(int(moved), "message"))
		}
		return err
	case o.selective():
		return o.selected(ctx, domain, selection)
	}
	return o.everything(ctx, domain)
}

// everything has SQS move it, and follows that.
func (o *queuesRedriveOptions) everything(ctx context.Context, domain *queues.Queues) error {
	running, err := domain.Moving(ctx, o.name)
	if err != nil {
		return err
	}
	if !running {
		status, err := domain.Status(ctx, o.name.DeadLetter())
		if err != nil {
			return err
		}
		if status.Ready == 0 {
			o.note("nothing to move in %s, %d in flight", o.name.DeadLetter(), status.InFlight)
			return nil
		}
		o.note("%s of %s go back to %s, with new ids", present.Count(status.Ready, "message"), o.name.DeadLetter(), o.name.Source())
		if err := o.confirmName(ctx, o.at.choice.Environment); err != nil {
			return err
		}
	}
	var task queues.MoveTask
	for task, err = range domain.Move(ctx, o.name, o.rate) {
		if err == nil {
			o.show(present.Move(o.name.DeadLetter(), task, o.clock.Now()), !task.Running())
		}
	}
	switch {
	case err != nil && ctx.Err() != nil && task.Running():
		o.wipe()
		return problem.New(problem.LeftRunning, "SQS goes on moving %s", o.name.DeadLetter()).
			WithHint("the same command follows it again, --cancel stops it")
	case err != nil:
		return err
	case task.Status != "COMPLETED":
		return problem.New(problem.Failed, "the move ended as %s after %d messages: %s", task.Status, task.Moved, task.Reason).
			WithHint("keyvex queues list shows what is where")
	}
	return nil
}

// selected moves what is meant, message by message.
func (o *queuesRedriveOptions) selected(ctx context.Context, domain *queues.Queues, selection queues.Selection) error {
	selection.IDs = idSet(o.ids)
	options := queues.RedriveOptions{Selection: selection, Canary: o.canary, Label: o.where}
	if err := o.takeUp(domain, &options); err != nil {
		return err
	}
	if len(o.sets) > 0 || o.edit {
		bodies, err := o.edited(ctx, domain, selection)
		if err != nil {
			return err
		}
		if len(bodies) == 0 {
			o.note("no body was changed, nothing was moved")
			return nil
		}
		options.Bodies, options.IDs, options.Where = bodies, map[string]bool{}, nil
		for id := range bodies {
			options.IDs[id] = true
		}
	}
	status, err := domain.Status(ctx, o.name.DeadLetter())
	if err != nil {
		return err
	}
	what := fmt.Sprintf("move the selected of %s back to %s?", present.Count(status.Messages(), "dead letter"), o.name.Source())
	if len(options.Bodies) > 0 {
		what = fmt.Sprintf("move %s back to %s with these bodies?", present.Count(len(options.Bodies), "message"), o.name.Source())
	}
	if err := o.confirm(ctx, what); err != nil {
		return err
	}
	var e queues.RedriveEvent
	for e, err = range domain.Redrive(ctx, o.name, options) {
		o.showEvent(e)
	}
	if ctx.Err() != nil && err != nil {
		return problem.New(problem.Interrupted, "interrupted, %s moved", present.Count(e.Moved, "message")).
			WithHint("keyvex queues redrive %s --resume carries on", o.name)
	}
	return err
}

// takeUp deals with what a killed redrive left.
func (o *queuesRedriveOptions) takeUp(domain *queues.Queues, options *queues.RedriveOptions) error {
	where, undeleted, found, err := domain.Unfinished(o.name.DeadLetter())
	if err != nil {
		return err
	}
	if o.resume && !found {
		return problem.New(problem.NotFound, "no unfinished redrive of %s is known here", o.name.DeadLetter()).
			WithHint("keyvex queues redrive %s with a selection begins one", o.name)
	}
	if !found {
		return nil
	}
	o.note("a redrive was cut off: %s sent and not yet deleted, they are not sent again", present.Count(undeleted, "message"))
	if o.resume && o.where == "" && where != "" {
		o.where = where
		selection, err := o.selection(o.app)
		if err != nil {
			return err
		}
		options.Where, options.Label = selection.Where, where
	}
	return nil
}

func (o *queuesRedriveOptions) showEvent(e queues.RedriveEvent) {
	if e.Kind == "" {
		return
	}
	row := present.Redrive(o.name.DeadLetter(), e)
	if e.Kind == "canary" && !o.flags.json {
		o.wipe()
		o.note("canary %s is on its way to %s", e.Message, o.name.Queue.Spec().Consumer)
		return
	}
	o.show(row, e.Kind == "done")
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
