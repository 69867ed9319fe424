// Package clock is the only place that asks the machine for the time. Everything
// else is handed a Clock, so that tests decide what time it is.
package clock

import (
	"context"
	"time"
)

// Clock tells the time and wakes sleepers.
type Clock interface {
	Now() time.Time
	// AfterFunc calls f in a goroutine of its own once d has passed. The
	// returned stop function reports whether it came in time.
	AfterFunc(d time.Duration, f func()) (stop func() bool)
}

// Wall is the machine's clock. Inside a testing/synctest bubble it is the
// bubble's.
type Wall struct{}

// Now is the current time.
func (Wall) Now() time.Time { return time.Now() }

// AfterFunc is time.AfterFunc.
func (Wall) AfterFunc(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }

// Sleep waits until d has passed on c or ctx is done, and then returns ctx's error.
func Sleep(ctx context.Context, c Clock, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	done := make(chan struct{})
	stop := c.AfterFunc(d, func() { close(done) })
	defer stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-done:
		return nil
	}
}
