package queues

import (
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/problem"
)

// Discard deletes the dead letters that are meant, and yields how many are gone so far.
// Each is in the file, as of Export, and that on the disk before it is deleted; without a
// path none is kept. Cut off, the same call carries on.
func (q *Queues) Discard(ctx context.Context, name Name, s Selection, path string) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		d := &discard{Selection: s, missing: maps.Clone(s.IDs), stuck: map[string]bool{}}
		var err error
		if path != "" {
			if d.file, err = openExport(path); err != nil {
				yield(0, err)
				return
			}
			defer d.file.close()
		}
		if d.walk, err = q.newWalk(ctx, name.DeadLetter()); err != nil {
			yield(0, err)
			return
		}
		left := false
		err = d.run(ctx, func() bool {
			left = !yield(d.gone, nil)
			return !left
		})
		if err == nil && !left {
			err = d.shortfall()
		}
		if back := d.giveBack(ctx); err == nil {
			err = back
		}
		if err != nil && !left {
			yield(d.gone, err)
		}
	}
}

// discard is one run.
type discard struct {
	*walk
	Selection
	file *export
	gone int
	// missing are those of the IDs that are not gone yet.
	missing map[string]bool
	// stuck are those that were met and could not be deleted so far.
	stuck map[string]bool
	// others is how many were not met: they are, or were just now, with somebody else.
	others int
}

// run walks on, as redrive.outlast does, until nothing is in flight with others, as long as
// a peek or a lost answer may hide a message.
func (d *discard) run(ctx context.Context, report func() bool) error {
	for deadline := d.Clock.Now().Add(hold + othersPoll); ; {
		going, err := d.pass(ctx, report)
		if err != nil || !going {
			return err
		}
		status, err := d.Status(ctx, d.name)
		if err != nil {
			return err
		}
		d.others = max(0, status.InFlight-len(d.held)) + status.Ready // what it has met it still holds
		if d.others == 0 || d.Clock.Now().After(deadline) {
			return nil
		}
		if err := clock.Sleep(ctx, d.Clock, othersPoll); err != nil {
			return err
		}
	}
}

// pass walks the queue once. It reports whether more is wanted.
func (d *discard) pass(ctx context.Context, report func() bool) (bool, error) {
	for batch, err := range d.batches(ctx) {
		if err != nil {
			return false, err
		}
		if d.needsAutopsy() {
			if err := d.Examine(ctx, d.name, batch); err != nil {
				return false, err
			}
		}
		meant := slices.DeleteFunc(batch, func(m *Message) bool { return !d.Match(m) })
		if d.Max > 0 {
			meant = meant[:min(len(meant), d.Max-d.gone)]
		}
		if err := d.drop(ctx, meant); err != nil {
			return false, err
		}
		if !report() || d.full() {
			return false, nil
		}
	}
	return true, nil
}

// full reports whether all that is wanted is gone.
func (d *discard) full() bool {
	return d.Max > 0 && d.gone >= d.Max || len(d.IDs) > 0 && len(d.missing) == 0
}

// drop keeps messages in the file, and deletes them.
func (d *discard) drop(ctx context.Context, messages []*Message) error {
	if d.file != nil {
		for _, m := range messages {
			if err := d.file.add(d.name, m); err != nil {
				return err
			}
		}
		if err := d.file.keep(); err != nil {
			return err
		}
	}
	for _, m := range messages {
		d.stuck[m.ID] = true
	}
	gone, err := d.remove(ctx, messages)
	d.gone += len(gone)
	for _, m := range gone {
		delete(d.missing, m.ID)
		delete(d.stuck, m.ID)
	}
	return err
}

// shortfall is the problem of what was not looked at or not met.
func (d *discard) shortfall() error {
	switch {
	case d.full():
		return nil
	case len(d.stuck) > 0:
		return problem.New(problem.Failed, "%d messages of %s could not be deleted", len(d.stuck), d.name).
			WithHint("the same command again, when SQS does it")
	case d.others > 0:
		return withOthers(d.others, d.name)
	case len(d.missing) > 0:
		return notMet(d.name, d.missing)
	}
	return nil
}
