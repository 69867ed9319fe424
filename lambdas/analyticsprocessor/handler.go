// Package analyticsprocessor is the analytics processor: it stores interactions
// with tools and counts them by day.
//
// The table is the truth. An interaction and the count of its day are written in
// one transaction, on the condition that the interaction is new, so whatever is
// delivered twice counts once. Redis holds copies for quick reading, and its
// failure fails no message.
package analyticsprocessor

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/aws/smithy-go"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/batch"
	"github.com/keyvex/keyvex/lambdas/emf"
	"github.com/keyvex/keyvex/lambdas/message"
	"github.com/keyvex/keyvex/lambdas/store"
)

// Table is what the processor needs of *store.Table.
type Table interface {
	AddInteractions(ctx context.Context, given []store.Interaction) (fresh []store.Interaction, err error)
	Daily(ctx context.Context, date, toolID string) (store.Daily, error)
}

// Counters are the copies for quick reading. Both methods bear to be called again
// with the same values, and in any order.
type Counters interface {
	// Copy sets a day's counts; the larger of two stands.
	Copy(ctx context.Context, days []store.Daily) error
	// See notes the latest interactions and who visited.
	See(ctx context.Context, interactions []store.Interaction) error
}

// Processor is the function with what it works on.
type Processor struct {
	Log      *slog.Logger
	Table    Table
	Counters Counters
	Metrics  *emf.Writer
	Clock    clock.Clock
}

const (
	// countersTimeout is how long Redis may hold a batch up.
	countersTimeout = 3 * time.Second
	// margin is what remains of an invocation to say which messages failed.
	margin = 10 * time.Second
)

// New makes the handler of the function's SQS events. It hands nothing back by
// itself: SQS cannot be reached from the function's subnets, so a failed message
// rests for the queue's visibility timeout.
func New(p Processor) batch.Together {
	decoder := message.NewDecoder[Event](platform.Analytics)
	return batch.Together{Log: p.Log, Margin: margin, Work: func(ctx context.Context, records []batch.Record) []error {
		errs := make([]error, len(records))
		var given []store.Interaction
		var at []int
		for i, record := range records {
			event, err := decoder.Decode(record.Message.Body)
			if err != nil {
				errs[i] = batch.Permanent{Cause: err}
				continue
			}
			record.Log.Info("message read", event.LogAttributes()...)
			given, at = append(given, event.interaction()), append(at, i)
		}
		for n, err := range p.store(ctx, given) {
			errs[at[n]] = err
		}
		return errs
	}}
}

// store stores the interactions together, or one by one if one of them may be why
// that fails.
func (p Processor) store(ctx context.Context, given []store.Interaction) []error {
	errs := make([]error, len(given))
	if len(given) == 0 {
		return errs
	}
	fresh, err := p.Table.AddInteractions(ctx, given)
	for i := range given {
		if errs[i] = fault(err); blames(err) {
			added, err := p.Table.AddInteractions(ctx, given[i:i+1])
			fresh, errs[i] = append(fresh, added...), fault(err)
		}
	}
	var stored []store.Interaction
	for i := range given {
		if errs[i] == nil {
			stored = append(stored, given[i])
		}
	}
	p.Metrics.Put(p.Clock.Now(), nil,
		emf.Count(platform.EventsStored, len(fresh)), emf.Count(platform.EventsRepeated, len(stored)-len(fresh)))
	p.count(ctx, stored)
	return errs
}

// blames reports whether one interaction may be the fault of a failed transaction:
// it was refused as such, not for want of a connection or of capacity.
func blames(err error) bool {
	refused, ok := errors.AsType[smithy.APIError](err)
	return errors.Is(err, store.ErrTooLarge) ||
		ok && (refused.ErrorCode() == "ValidationException" || refused.ErrorCode() == "TransactionCanceledException")
}

func fault(err error) error {
	if errors.Is(err, store.ErrTooLarge) {
		return batch.Permanent{Cause: err}
	}
	return err
}

// count brings the counters up to date with the table, for repeated interactions
// too: the copy may have been what failed the first time.
func (p Processor) count(ctx context.Context, stored []store.Interaction) {
	if len(stored) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, countersTimeout)
	defer cancel()
	days, err := p.days(ctx, stored)
	if err == nil {
		err = errors.Join(p.Counters.Copy(ctx, days), p.Counters.See(ctx, stored))
	}
	if err != nil {
		p.Log.Warn("counters not updated", "error", err)
	}
}

// days reads the counts of the tools' days on which something happened.
func (p Processor) days(ctx context.Context, stored []store.Interaction) ([]store.Daily, error) {
	var out []store.Daily
	for _, i := range stored {
		date := i.OccurredAt.Format(time.DateOnly)
		if slices.ContainsFunc(out, func(d store.Daily) bool { return d.Date == date && d.ToolID == i.ToolID }) {
			continue
		}
		found, err := p.Table.Daily(ctx, date, i.ToolID)
		if err != nil {
			return nil, err
		}
		out = append(out, found)
	}
	return out, nil
}
