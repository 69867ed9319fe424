package cli

import (
	"context"
	"time"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/tui/page"
	tuiqueues "github.com/keyvex/keyvex/internal/tui/queues"
)

// queuesSource takes ages and rates from what the console asks CloudWatch anyway: the
// page costs nothing of its own.
type queuesSource struct {
	*queues.Queues
	watch *metrics.Collector
}

// List reads the queues.
func (s queuesSource) List(ctx context.Context) (queues.Listing, error) {
	pairs, err := s.Live(ctx)
	snapshot := s.watch.Snapshot()
	for i := range pairs {
		for _, q := range snapshot.Queues {
			if q.Queue == pairs[i].Source.Name.Queue {
				measured(&pairs[i], q)
			}
		}
	}
	return queues.Listing{Pairs: pairs, MetricsError: snapshot.Source(metrics.SourceMetrics).Err}, err
}

func measured(pair *queues.Pair, q metrics.Queue) {
	if q.Oldest.Known {
		pair.Source.Oldest = new(time.Duration(q.Oldest.Value) * time.Second)
	}
	if q.In.Known {
		pair.Source.ArrivedRate = new(q.In.Value / 60)
	}
	if q.Out.Known {
		pair.Source.HandleRate = new(q.Out.Value / 60)
	}
	if dead := &pair.DeadLetter; dead.Expires == nil && dead.Messages() > 0 && q.LostKnown {
		dead.Expires, dead.Exact = new(q.LostIn), q.LostExact
	}
}

// queuesPage has a place in the palette for each queue.
func (c *console) queuesPage() page.Entry {
	options := tuiqueues.Options{
		Environment: c.choice.Environment, Consumers: consumers{c}, Runs: c.runs, Folder: c.folder,
		Connect: func(ctx context.Context) (tuiqueues.Source, error) {
			at, err := c.at(ctx)
			if err != nil {
				return nil, err
			}
			watch, err := c.metrics(ctx)
			if err != nil {
				return nil, err
			}
			domain, err := c.queuesAt(at)
			return queuesSource{domain, watch}, err
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
