// Package fleet keeps the instances of the account's functions: it starts them when
// none is idle, uses them again, ends them when they are idle or outdated, and
// writes what Lambda writes into their logs.
package fleet

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/background"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
)

// Function is what a fleet must know of a version of a function to run it.
type Function struct {
	Name, Version string
	// Revision changes with the code or the configuration; instances of another are
	// ended when they have no invocation left.
	Revision string
	// ARN is the one the function is invoked by.
	ARN string
	// Runtime is Lambda's identifier, "provided.al2023".
	Runtime, LogGroup string
	// Memory is in MB.
	Memory  int32
	Timeout time.Duration
	// Reserved is the function's own concurrency; nil draws from the account's, of
	// which Unreserved is there.
	Reserved   *int32
	Unreserved int32
	// Prepare says what to start for a new instance with that log stream, and until
	// when it may be used; the zero time is for ever.
	Prepare func(ctx context.Context, stream string) (runner.Spec, time.Time, error)
}

// Options are what a fleet needs.
type Options struct {
	// Clock is what idle instances and log lines go by.
	Clock  clock.Clock
	Runner runner.Runner
	// StreamID draws the 32 hexadecimal digits of a log stream's name.
	StreamID func() string
	// Append writes lines to a log stream.
	Append func(group, stream string, lines ...host.LogLine)
	// Measure takes metrics.
	Measure func(...host.Datum)
}

// idleTime is how long an instance without an invocation is kept.
const idleTime = 5 * time.Minute

// wall is what durations and deadlines go by, whatever the fleet's clock says.
var wall clock.Wall

// Fleet is safe for concurrent use.
type Fleet struct {
	Options
	life *background.Group

	mu     sync.Mutex
	closed bool
	crews  map[string]*crew
	// drawn is how many executions draw from the account's concurrency, running is
	// how many there are in all.
	drawn, running int
}

// crew is the instances of one function.
type crew struct {
	busy int
	all  map[*instance]struct{}
	// idle has the last used instance last.
	idle []*instance
}

// New makes a fleet without an instance.
func New(o Options) *Fleet {
	return &Fleet{Options: o, life: background.New(), crews: map[string]*crew{}}
}

// ErrClosed is the answer of a fleet that is closed.
var ErrClosed = errors.New("the platform is stopping")

// Throttled is the refusal of an invocation beyond the concurrency.
type Throttled struct {
	// Reserved tells the function's own concurrency from the account's.
	Reserved bool
}

func (Throttled) Error() string { return "Rate Exceeded." }

// Invoke runs the function once. It returns early when ctx is done, and the
// invocation goes on. The error is a Throttled, ErrClosed, ctx's, or that of
// Function.Prepare; whatever the function itself does wrong is in the outcome.
func (l *Fleet) Invoke(ctx context.Context, f Function, in runner.Invocation) (Outcome, error) {
	i, err := l.acquire(f)
	if err != nil {
		return Outcome{}, err
	}
	type result struct {
		Outcome
		err error
	}
	done := make(chan result, 1)
	if !l.life.Go(func(life context.Context) {
		outcome, err := i.serve(life, f, in)
		l.release(i, f)
		done <- result{outcome, err}
	}) {
		l.release(i, f)
		return Outcome{}, ErrClosed
	}
	select {
	case r := <-done:
		return r.Outcome, r.err
	case <-ctx.Done():
		return Outcome{}, ctx.Err()
	}
}

// Retire ends the instances of a function: at once those that are idle, after their
// invocation those that are busy.
func (l *Fleet) Retire(name string) {
	l.mu.Lock()
	c := l.crew(name)
	idle := c.idle
	c.idle = nil
	for i := range c.all {
		i.outdated = true
	}
	for _, i := range idle {
		i.wake()
		delete(c.all, i)
	}
	l.mu.Unlock()
	for _, i := range idle {
		i.end()
	}
}

// Kill ends all instances of a function in the midst of their work, and gives their
// number.
func (l *Fleet) Kill(name string) int {
	l.mu.Lock()
	all := make([]*instance, 0, len(l.crew(name).all))
	for i := range l.crew(name).all {
		all = append(all, i)
	}
	l.mu.Unlock()
	for _, i := range all {
		i.end()
	}
	return len(all)
}

// Close ends all instances and waits for them.
func (l *Fleet) Close() error {
	l.mu.Lock()
	l.closed = true
	names := make([]string, 0, len(l.crews))
	for name := range l.crews {
		names = append(names, name)
	}
	l.mu.Unlock()
	for _, name := range names {
		l.Retire(name)
	}
	l.life.Close()
	return l.Runner.Close()
}
