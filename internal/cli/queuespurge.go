package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues"
)

type queuesPurgeOptions struct {
	*app
	selectionFlags
	ids      []string
	export   string
	noExport bool
}

func newQueuesPurge(a *app) *cobra.Command {
	o := &queuesPurgeOptions{app: a}
	cmd := &cobra.Command{
		Use: "purge QUEUE", Short: "Delete all messages of a queue, or some, after exporting them", Args: oneQueue(0),
		Long: "purge writes the messages to a file, shows what will be lost, has the environment's\n" +
			"name typed, and deletes everything, what is in flight included; or of a dead-letter\n" +
			"queue what is selected. A source queue is exported only with --export, since that\n" +
			"counts as a receive.",
		Example:           "  keyvex queues purge email-dlq --where 'age > 7d'\n  keyvex queues purge email-dlq --no-export --confirm staging -e staging",
		RunE:              func(cmd *cobra.Command, args []string) error { return runQueuesPurge(cmd.Context(), o, args[0]) },
		ValidArgsFunction: queueNames(queues.Names()),
	}
	o.bind(cmd, 0)
	cmd.Flags().StringArrayVar(&o.ids, "id", nil, "only the message with this `id`; repeatable")
	cmd.Flags().StringVar(&o.export, "export", "", "the `file` that the messages are written to")
	cmd.Flags().BoolVar(&o.noExport, "no-export", false, "export nothing: the messages are gone")
	return cmd
}

type purgeDocument struct {
	present.Where
	Queue   string `json:"queue"`
	Deleted int    `json:"deleted"`
	Export  string `json:"export,omitempty"`
}

func runQueuesPurge(ctx context.Context, o *queuesPurgeOptions, queue string) error {
	name, err := queues.FindName(queue)
	if err != nil {
		return err
	}
	if o.where != "" || o.since != "" || o.max > 0 || len(o.ids) > 0 {
		return o.selected(ctx, name)
	}
	if !name.Dead && o.export == "" && !o.noExport {
		return problem.New(problem.Refused, "an export of %s counts as a receive of each of its messages", name).
			WithHint("--export FILE does it, --no-export purges without")
	}
	at, err := o.atQueueToWrite(ctx, queue)
	if err != nil {
		return err
	}
	status, err := at.whole(ctx)
	if err != nil {
		return err
	}
	if status.Messages() == 0 {
		o.note("%s is empty", name)
		return nil
	}
	o.note("%s: %d ready, %d in flight, %d delayed will be deleted", name, status.Ready, status.InFlight, status.Delayed)
	if status.Oldest != nil {
		o.note("the oldest is %s old", present.Duration(*status.Oldest))
	}
	if status.InFlight > 0 {
		o.note("those in flight go as well, and cannot be exported")
	}
	if err := o.confirmName(ctx, at.choice.Environment); err != nil {
		return err
	}
	file, err := o.save(ctx, at)
	if err != nil {
		return err
	}
	if err := at.Purge(ctx, name); err != nil {
		return err
	}
	if o.flags.json {
		return o.document(purgeDocument{at.place(), name.String(), status.Messages(), file})
	}
	o.print(fmt.Sprintf("%s of %s deleted; SQS takes up to a minute for it", present.Count(status.Messages(), "message"), name))
	return nil
}

// selected deletes the dead letters that are meant: those that a look finds now.
func (o *queuesPurgeOptions) selected(ctx context.Context, name queues.Name) error {
	selection, err := o.selection(o.app)
	if err != nil {
		return err
	}
	if selection.IDs = idSet(o.ids); !name.Dead {
		return problem.New(problem.Usage, "only dead letters can be selected").WithHint("keyvex queues purge %s, or all of %s", name.DeadLetter(), name)
	}
	at, err := o.atQueueToWrite(ctx, name.String())
	if err != nil {
		return err
	}
	found := map[string]bool{}
	for m, err := range at.Peek(ctx, name, queues.PeekOptions{Selection: selection}) {
		if err != nil {
			return err
		}
		found[m.ID] = true
	}
	if len(found) == 0 {
		return problem.New(problem.NotFound, "no message of %s is like that", name).WithHint("keyvex queues peek %s shows those that are there", name)
	}
	o.note("%s of %s will be deleted", present.Count(len(found), "message"), name)
	if err := o.confirmName(ctx, at.choice.Environment); err != nil {
		return err
	}
	file, gone := o.file(name), 0
	for gone, err = range at.Discard(ctx, name, queues.Selection{IDs: found}, file) {
	}
	if o.flags.json {
		return errors.Join(err, o.document(purgeDocument{at.place(), name.String(), gone, file}))
	}
	if file != "" {
		o.note("written to %s first", file)
	}
	o.print(fmt.Sprintf("%s of %s deleted", present.Count(gone, "message"), name))
	return err
}

// file is where the messages are written to, empty for nowhere.
func (o *queuesPurgeOptions) file(name queues.Name) string {
	switch {
	case o.noExport:
		return ""
	case o.export != "":
		return o.export
	}
	return fmt.Sprintf("%s-%s.jsonl", name, o.clock.Now().UTC().Format("20060102T150405Z"))
}

// whole is the queue's status with its age, where CloudWatch knows that.
func (at queueAt) whole(ctx context.Context) (queues.Status, error) {
	listing, err := at.List(ctx)
	if err != nil {
		return queues.Status{}, err
	}
	for _, pair := range listing.Pairs {
		for _, status := range []queues.Status{pair.Source, pair.DeadLetter} {
			if status.Name == at.name {
				return status, nil
			}
		}
	}
	return at.Status(ctx, at.name)
}

// save exports the messages, to a file of its own unless one is named.
func (o *queuesPurgeOptions) save(ctx context.Context, at queueAt) (string, error) {
	file := o.file(at.name)
	if file == "" {
		return "", nil
	}
	n := 0
	for count, err := range at.Export(ctx, at.name, file, queues.PeekOptions{SourceAnyway: true}) {
		if err != nil {
			return "", err
		}
		n = count
	}
	o.note("%s in %s", present.Count(n, "message"), file)
	return file, nil
}
