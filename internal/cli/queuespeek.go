package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues"
)

type queuesPeekOptions struct {
	*app
	selectionFlags
	format       string
	sourceAnyway bool
}

func newQueuesPeek(a *app) *cobra.Command {
	o := &queuesPeekOptions{app: a}
	cmd := &cobra.Command{
		Use: "peek QUEUE", Short: "Show messages and why they died, and leave them where they are", Args: oneQueue(0),
		Long: "peek shows each message of a dead-letter queue and why each try failed. They are\n" +
			"hidden while it runs, and visible again when it ends.",
		Example: "  keyvex queues peek ai-processing-dlq --where 'age > 1d' --json",
		RunE:    func(cmd *cobra.Command, args []string) error { return runQueuesPeek(cmd.Context(), o, args[0]) },
	}
	cmd.ValidArgsFunction = queueNames(queues.Names())
	o.bind(cmd, 100)
	cmd.Flags().StringVar(&o.format, "format", "full", "full, or body for the bodies alone, one a line as they are")
	cmd.Flags().BoolVar(&o.sourceAnyway, "source-anyway", false, "a source queue, too: its messages come nearer to death")
	complete(cmd, "format", func() []string { return []string{"full", "body"} })
	return cmd
}

func runQueuesPeek(ctx context.Context, o *queuesPeekOptions, queue string) error {
	if o.format != "full" && o.format != "body" {
		return problem.New(problem.Usage, "--format cannot be %q", o.format).WithHint("full or body")
	}
	selection, err := o.selection(o.app)
	if err != nil {
		return err
	}
	at, err := o.atQueue(ctx, queue)
	if err != nil {
		return err
	}
	if err := o.sayWhatAPeekMeets(ctx, at); err != nil {
		return err
	}
	n := 0
	options := queues.PeekOptions{Selection: selection, Autopsy: o.format == "full", SourceAnyway: o.sourceAnyway}
	for m, err := range at.Peek(ctx, at.name, options) {
		if err != nil {
			return err
		}
		n++
		if err := o.showMessage(at.name, m); err != nil {
			return err
		}
	}
	if !o.flags.json && o.format == "full" {
		o.note("%s", peeked(n, selection.Max))
	}
	return nil
}

func peeked(n, most int) string {
	if most > 0 && n == most {
		return present.Count(n, "message") + ", there may be more (--max)"
	}
	return present.Count(n, "message")
}

// sayWhatAPeekMeets says what a peek cannot see, and what peeking a source queue does.
func (o *queuesPeekOptions) sayWhatAPeekMeets(ctx context.Context, at queueAt) error {
	status, err := at.Status(ctx, at.name)
	if err != nil {
		return err
	}
	if status.InFlight > 0 {
		o.note("%s in flight, with somebody else: not shown until given back", present.Count(status.InFlight, "message"))
	}
	if !at.name.Dead && o.sourceAnyway {
		o.note("this counts as one of the %d receives after which a message of %s is dead", status.MaxReceives, at.name)
	}
	return nil
}

func (o *queuesPeekOptions) showMessage(name queues.Name, m *queues.Message) error {
	faults := queues.Validate(name, m.Body)
	switch {
	case o.flags.json:
		return o.record(present.QueueMessage(name, m, faults))
	case o.format == "body" && o.terminal.out:
		o.print(present.Clean(m.Body))
	case o.format == "body":
		o.print(m.Body)
	default:
		o.print(append(o.outLook().MessageLines(m, faults), "")...)
	}
	return nil
}

type queuesCausesOptions struct {
	*app
	selectionFlags
}

func newQueuesCauses(a *app) *cobra.Command {
	o := &queuesCausesOptions{app: a}
	cmd := &cobra.Command{
		Use: "causes QUEUE", Short: "Group the dead letters by why they died", Args: oneQueue(0),
		Example:           "  keyvex queues causes ai-processing -e production",
		RunE:              func(cmd *cobra.Command, args []string) error { return runQueuesCauses(cmd.Context(), o, args[0]) },
		ValidArgsFunction: queueNames(queues.Names()),
	}
	o.bind(cmd, 0)
	return cmd
}

func runQueuesCauses(ctx context.Context, o *queuesCausesOptions, queue string) error {
	selection, err := o.selection(o.app)
	if err != nil {
		return err
	}
	at, err := o.atQueue(ctx, queue)
	if err != nil {
		return err
	}
	causes, err := at.Causes(ctx, at.name, selection)
	if err != nil {
		return err
	}
	if o.flags.json {
		return o.document(present.Causes(at.place(), at.name.DeadLetter(), causes))
	}
	if len(causes) == 0 {
		o.note("no dead letters in %s", at.name.DeadLetter())
		return nil
	}
	o.print(o.outLook().CausesTable(causes)...)
	return nil
}
