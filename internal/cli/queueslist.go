package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/queues"
)

type queuesListOptions struct {
	*app
	watch bool
}

// watchEvery is how often a listing is read again.
const watchEvery = 2 * time.Second

func newQueuesList(a *app) *cobra.Command {
	o := &queuesListOptions{app: a}
	cmd := &cobra.Command{
		Use: "list", Short: "Show each queue with its dead letters and its consumer", Args: noArguments,
		Long: "list shows what is in the queues: ready, in flight, the age of the oldest message,\n" +
			"the dead letters and when the first of them expires. A > before that time says that\n" +
			"it is a lower bound; after a peek it is exact.",
		Example: "  keyvex queues list -e production\n  keyvex queues list --watch",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runQueuesList(cmd.Context(), o) },
	}
	cmd.Flags().BoolVarP(&o.watch, "watch", "w", false, "show it again every two seconds until Ctrl-C")
	return cmd
}

func runQueuesList(ctx context.Context, o *queuesListOptions) error {
	at, err := o.stand(ctx)
	if err != nil {
		return err
	}
	domain, err := o.queuesAt(at)
	if err != nil {
		return err
	}
	rows := 0
	for {
		listing, err := domain.List(ctx)
		if err != nil {
			return err
		}
		if rows, err = o.show(at, listing, rows); err != nil || !o.watch {
			return err
		}
		if clock.Sleep(ctx, o.clock, watchEvery) != nil {
			return nil // Ctrl-C is how a watch ends
		}
	}
}

// show prints a listing over the rows of the one before, where that can be.
func (o *queuesListOptions) show(at ground, listing queues.Listing, rows int) (int, error) {
	doc := present.Queues(at.place(), listing)
	if o.flags.json {
		if o.watch {
			return 0, o.record(doc)
		}
		return 0, o.document(doc)
	}
	if rows > 0 && o.terminal.out {
		fmt.Fprintf(o.out, "\x1b[%dA\r%s", rows, clearBelow)
	}
	look := o.outLook()
	lines := append([]string{look.PlaceLine(at.place())}, look.QueuesTable(listing)...)
	if listing.MetricsError != nil {
		lines = append(lines, look.Paint(present.Unknown, look.Middle("ages and rates are missing: "+present.Clean(listing.MetricsError.Error()), look.Width)))
	}
	o.print(lines...)
	return len(lines), nil
}
