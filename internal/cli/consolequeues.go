package cli

import (
	"context"
	"os"

	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/tui/page"
	tuiqueues "github.com/keyvex/keyvex/internal/tui/queues"
)

// queuesPage has a place in the palette for each queue.
func (c *console) queuesPage() page.Entry {
	folder, _ := os.Getwd()
	options := tuiqueues.Options{
		Environment: c.choice.Environment, Consumers: consumers{c}, Runs: c.runs, Folder: folder,
		Connect: func(ctx context.Context) (tuiqueues.Source, error) {
			at, err := c.at(ctx)
			if err != nil {
				return nil, err
			}
			return c.queuesAt(at)
		},
		Allow: func(ctx context.Context) error {
			_, err := c.writable(ctx)
			return err
		},
	}
	entry := page.Entry{
		ID: page.Queues, Name: "Queues", Working: c.runs.Working,
		Open: func(h *page.Host, target page.Target) page.Page { return tuiqueues.New(h, target, options) },
	}
	for _, name := range queues.Names() {
		entry.Places = append(entry.Places, page.Place{Name: name.String(), Target: page.Target{Queue: name.String()}})
	}
	return entry
}
