package cli

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues"
)

type queuesPurgeOptions struct {
	*app
	export   string
	noExport bool
}

func newQueuesPurge(a *app) *cobra.Command {
	o := &queuesPurgeOptions{app: a}
	cmd := &cobra.Command{
		Use: "purge QUEUE", Short: "Delete all messages of a queue, after exporting them", Args: oneQueue(0),
		Long: "purge writes the messages to a file, shows what will be lost, has the environment's\n" +
			"name typed, and deletes everything, what is in flight included. A source queue is\n" +
			"exported only with --export, since that counts as a receive.",
		Example:           "  keyvex queues purge email-dlq\n  keyvex queues purge email-dlq --no-export --confirm staging -e staging",
		RunE:              func(cmd *cobra.Command, args []string) error { return runQueuesPurge(cmd.Context(), o, args[0]) },
		ValidArgsFunction: queueNames(queues.Names()),
	}
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
	if o.noExport {
		return "", nil
	}
	file := o.export
	if file == "" {
		file = filepath.Clean(fmt.Sprintf("%s-%s.jsonl", at.name, o.clock.Now().UTC().Format("20060102T150405Z")))
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
