package cli

import (
	"context"
	"iter"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/logs/job"
	"github.com/keyvex/keyvex/internal/logs/window"
	"github.com/keyvex/keyvex/internal/problem"
	logspage "github.com/keyvex/keyvex/internal/tui/logs"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// logsPage has a place in the palette for each function.
func (c *console) logsPage() page.Entry {
	env := c.choice.Environment
	options := logspage.Options{
		Groups: logs.Groups(env),
		Connect: func(ctx context.Context) (logspage.Source, error) {
			at, err := c.at(ctx)
			return &consoleLogs{console: c, ground: at}, err
		},
	}
	entry := page.Entry{ID: page.Logs, Name: "Logs", Open: func(h *page.Host, target page.Target) page.Page { return logspage.New(h, target, options) }}
	for _, g := range options.Groups {
		if g.Function != "" {
			entry.Places = append(entry.Places, page.Place{Name: g.Short + " logs", Target: page.Target{Function: g.Function}})
		}
	}
	return entry
}

// consoleLogs reads logs for the console.
type consoleLogs struct {
	*console
	ground
}

func (c *consoleLogs) Follow(ctx context.Context, o logs.Options) iter.Seq2[logs.Event, error] {
	o.Account, o.Region, o.Budget = c.who.Account, c.session.Region(), c.reading
	o.Clock, o.Random = c.clock, c.random
	return logs.Follow(ctx, c.session.Logs(), o)
}

func (c *consoleLogs) Invocations(ctx context.Context, span window.Span) (*invocation.List, error) {
	return invocation.Read(ctx, c.logReader(), span)
}

func (c *consoleLogs) Show(ctx context.Context, span window.Span, id string) ([]invocation.Whole, error) {
	return invocation.Show(ctx, c.logReader(), span, id)
}

// Job has the API's request at its beginning, where that can be told.
func (c *consoleLogs) Job(ctx context.Context, span window.Span, id string) (*job.Way, error) {
	reader := c.logReader()
	way, err := job.Follow(ctx, reader, span, id)
	if err != nil || len(way.Stations) == 0 {
		return way, err
	}
	if err := way.REST(ctx, reader, c.ground.choice.Environment); err != nil && !problem.Is(err, problem.NotFound) {
		return nil, err
	}
	return way, nil
}
