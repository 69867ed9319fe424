// Package logs follows the log groups of an environment: all of them in one stream,
// in the order of time, no line lost and none twice.
//
// CloudWatch Logs shows a line some time after it was written, and lines of the past
// come to light at any moment. So each group is read again over a window of its
// past; what was shown before is known by its event id. Lines wait a moment for
// earlier ones of other groups, and one that comes after a later one is marked.
//
//	for event, err := range logs.Follow(ctx, session.Logs(), options) {
//
// The stream must be taken: whoever reads it slowly slows the reading of the groups
// down, and no line is dropped. When ctx ends, what has been read is given, and a
// cursor to go on from.
package logs

import (
	"bytes"
	"context"
	"iter"
	"sync"
	"sync/atomic"
	"time"
)

// follower is what the goroutines of one Follow share.
type follower struct {
	api     API
	options Options
	// to is Options.To in milliseconds, 0 for no bound.
	to      int64
	reports chan report
	// turns is as in call.
	turns chan *bytes.Buffer
	// present tells which groups there are, as far as they have been read.
	present []atomic.Bool
	// skew is AWS's time less the clock's, in milliseconds.
	skew atomic.Int64
}

// Follow reads the groups and yields what they hold, until all is read or, with
// Options.Follow, ctx is done. The last event has the cursor. An error comes only
// where waiting does not help, as without permission; it is the last item.
func Follow(ctx context.Context, api API, o Options) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		f := &follower{api: api, options: o, reports: make(chan report), turns: make(chan *bytes.Buffer, 1), present: make([]atomic.Bool, len(o.Groups))}
		f.turns <- new(bytes.Buffer)
		if !o.To.IsZero() {
			f.to = o.To.UnixMilli()
		}
		work, cancel := context.WithCancel(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()
		m := newMerger(f)
		for i := range o.Groups {
			p := &poller{
				follower: f, group: i, ack: m.groups[i].ack, kick: m.groups[i].kick, floor: m.groups[i].memory.floor,
				random: randomness(o.Random),
			}
			running.Go(func() { p.run(work) })
		}
		if o.Live {
			running.Go(func() { newLive(f, m.groups).run(work) })
		}
		m.run(ctx, yield)
	}
}

// now is AWS's time in milliseconds, as far as it is known.
func (f *follower) now() int64 { return f.options.Clock.Now().UnixMilli() + f.skew.Load() }

// tolerance is by how much a clock may differ from AWS's before that is taken into
// account: answers bear whole seconds, and take their time.
const tolerance = 3 * time.Second

// sync learns AWS's time from an answer and from when that was received.
func (f *follower) sync(server, received time.Time) {
	if server.IsZero() {
		return
	}
	skew := server.Sub(received)
	if skew.Abs() < tolerance {
		skew = 0
	}
	f.skew.Store(skew.Milliseconds())
}
