package queues

import (
	"context"
	"iter"
	"maps"
	"slices"
)

// Discard deletes the dead letters that are meant, and yields how many are gone so far.
// Each is in the file, as of Export, and that on the disk before it is deleted; without a
// path none is kept. Cut off, the same call carries on.
func (q *Queues) Discard(ctx context.Context, name Name, s Selection, path string) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		d := &discard{Selection: s, missing: maps.Clone(s.IDs)}
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
		if back := d.giveBack(ctx); err == nil {
			err = back
		}
		if err == nil {
			err = d.shortfall(ctx)
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
}

func (d *discard) run(ctx context.Context, report func() bool) error {
	for batch, err := range d.batches(ctx) {
		if err != nil {
			return err
		}
		if d.needsAutopsy() {
			if err := d.Examine(ctx, d.name, batch); err != nil {
				return err
			}
		}
		meant := slices.DeleteFunc(batch, func(m *Message) bool { return !d.Match(m) })
		if d.Max > 0 {
			meant = meant[:min(len(meant), d.Max-d.gone)]
		}
		if err := d.drop(ctx, meant); err != nil {
			return err
		}
		if !report() || d.full() {
			return nil
		}
	}
	return nil
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
	gone, err := d.remove(ctx, messages)
	d.gone += len(gone)
	for _, m := range gone {
		delete(d.missing, m.ID)
	}
	return err
}

// shortfall is the problem of what was not looked at or not met.
func (d *discard) shortfall(ctx context.Context) error {
	if d.full() {
		return nil
	}
	status, err := d.Status(ctx, d.name)
	switch {
	case err != nil:
		return err
	case status.InFlight > 0:
		return withOthers(status.InFlight, d.name)
	case len(d.missing) > 0:
		return notMet(d.name, d.missing)
	}
	return nil
}
