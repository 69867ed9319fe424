// Package clocks has the clock of the background sandbox: the machine's, which can
// be moved ahead by hand.
package clocks

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
)

// Offset is a clock that runs as its base does, ahead of it by what it has been
// advanced.
type Offset struct {
	base clock.Clock

	// advancing keeps two advances apart, and timers from firing on their own
	// during one.
	advancing sync.Mutex

	mu     sync.Mutex
	ahead  time.Duration
	timers []*timer // in the order of their deadlines
	stop   func() bool
}

type timer struct {
	at time.Time
	f  func()
}

// NewOffset makes a clock that is level with base.
func NewOffset(base clock.Clock) *Offset { return &Offset{base: base} }

// Now is the base's time and what the clock has been advanced.
func (c *Offset) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Offset) now() time.Time { return c.base.Now().Add(c.ahead) }

// AfterFunc calls f in a goroutine of its own once d has passed on this clock.
func (c *Offset) AfterFunc(d time.Duration, f func()) func() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &timer{at: c.now().Add(d), f: f}
	i, _ := slices.BinarySearchFunc(c.timers, t.at, func(have *timer, at time.Time) int {
		// After those with the same deadline: first come, first called.
		return cmp.Or(have.at.Compare(at), -1)
	})
	c.timers = slices.Insert(c.timers, i, t)
	c.arm()
	return func() bool { return c.remove(t) }
}

func (c *Offset) remove(t *timer) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.timers, t)
	if i >= 0 {
		c.timers = slices.Delete(c.timers, i, i+1)
		c.arm()
	}
	return i >= 0
}

// arm has the base wake the first timer. The caller holds mu.
func (c *Offset) arm() {
	if c.stop != nil {
		c.stop()
		c.stop = nil
	}
	if len(c.timers) > 0 {
		c.stop = c.base.AfterFunc(c.timers[0].at.Sub(c.now()), c.fire)
	}
}

// fire starts what is due.
func (c *Offset) fire() {
	c.advancing.Lock()
	defer c.advancing.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	for len(c.timers) > 0 && !c.timers[0].at.After(now) {
		go c.timers[0].f()
		c.timers = slices.Delete(c.timers, 0, 1)
	}
	c.arm()
}

// Advance moves the clock ahead by d. What falls due on the way is called in the
// order of its deadlines, each at its own time, what it sets in motion included,
// and each to its end unless that takes longer than patience.
func (c *Offset) Advance(d time.Duration) {
	c.advancing.Lock()
	defer c.advancing.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	end := c.ahead + d
	for {
		target := c.base.Now().Add(end)
		if len(c.timers) == 0 || c.timers[0].at.After(target) {
			break
		}
		due := c.timers[0]
		c.timers = slices.Delete(c.timers, 0, 1)
		c.ahead = max(c.ahead, c.ahead+due.at.Sub(c.now()))
		c.mu.Unlock()
		c.call(due.f)
		c.mu.Lock()
	}
	c.ahead = end
	c.arm()
}

// patience is how long Advance waits for one callback, which may itself wait for
// the clock.
const patience = 100 * time.Millisecond

func (c *Offset) call(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	ctx, cancel := context.WithCancel(context.Background())
	defer c.base.AfterFunc(patience, cancel)()
	defer cancel()
	select {
	case <-done:
	case <-ctx.Done():
	}
}
