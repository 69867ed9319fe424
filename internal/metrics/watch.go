package metrics

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/problem"
)

// asking is one source: what is done to ask it.
type asking struct {
	name SourceName
	ask  func(context.Context) error
	// wanted reports whether there is a reason to ask at present; nil for always. What
	// nobody wants any more is forgotten.
	wanted func() bool
	forget func()
}

func (c *Collector) askings() []asking {
	return []asking{
		{name: SourceMetrics, ask: c.askMetrics}, {name: SourceQueues, ask: c.askQueues}, {name: SourceConsumers, ask: c.askConsumers},
		{name: SourceStacks, ask: c.askStacks}, {name: SourceAlarms, ask: c.askAlarms}, {name: SourceChanges, ask: c.askChanges},
	}
}

// askingsWhenWanted are those of whenWanted.
func (c *Collector) askingsWhenWanted() []asking {
	return []asking{
		{SourceErrors, c.askErrors, c.wantsErrors, func() { c.errors = nil }},
		{SourceReports, c.askReports, c.wantsReports, func() { c.reports = nil }},
	}
}

// period is how often a source is asked; the caller holds mu.
func (c *Collector) period(name SourceName) time.Duration {
	switch name {
	case SourceMetrics:
		return c.every()
	case SourceQueues:
		return queuesEvery * c.factor()
	case SourceChanges:
		return changesEvery * c.factor()
	}
	return stateEvery * c.factor()
}

// patience is how long an answer is waited for. The SDK's own attempts fit into it.
const patience = 12 * time.Second

// bounded is a context that ends by cloud.ErrPatience when its time is over.
func (c *Collector) bounded(ctx context.Context, span time.Duration) (bounded context.Context, done func()) {
	bounded, cancel := context.WithCancelCause(ctx)
	stop := c.Clock.AfterFunc(span, func() { cancel(cloud.ErrPatience) })
	return bounded, func() { stop(); cancel(nil) }
}

// tryIfWanted asks a source once, if there is a reason to, and reports whether
// something has changed. Of a source that nobody wants nothing is left: neither what it
// said nor that it failed stays true for long.
func (c *Collector) tryIfWanted(ctx context.Context, a asking) bool {
	if a.wanted == nil || a.wanted() {
		c.try(ctx, a)
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	known := !c.sources[a.name].Loading()
	*c.sources[a.name] = Source{Name: a.name}
	a.forget()
	return known
}

// try asks a source once and notes how it went.
func (c *Collector) try(ctx context.Context, a asking) {
	bounded, done := c.bounded(ctx, patience)
	err := a.ask(bounded)
	done()
	if ctx.Err() != nil {
		return // nobody wants to know any more
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s, now := c.sources[a.name], c.Clock.Now()
	s.Every = c.period(a.name)
	if err == nil {
		*s = Source{Name: s.Name, Answered: now, Every: s.Every}
		return
	}
	if s.Err == nil {
		s.Failed = now
	}
	s.Err, s.Code, s.Operation = err, codeOf(err, context.Cause(bounded)), cmp.Or(cloud.Operation(err), operations[a.name])
}

// operations are what the sources are asked, where the failure does not say so itself.
var operations = map[SourceName]string{
	SourceMetrics: "GetMetricData", SourceQueues: "GetQueueAttributes", SourceConsumers: "ListEventSourceMappings",
	SourceStacks: "DescribeStacks", SourceAlarms: "DescribeAlarms", SourceChanges: "DescribeStackEvents", SourceErrors: "FilterLogEvents",
	SourceReports: "FilterLogEvents",
}

// The codes of failures that AWS has no word for.
const (
	codeTimeout = "timeout"
	codeNetwork = "network"
	codeExpired = "expired"
	codeFailed  = "failed"
)

func codeOf(err, cause error) string {
	if code := cloud.Code(err); code != "" {
		return code
	}
	if errors.Is(cause, cloud.ErrPatience) {
		return codeTimeout
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return codeTimeout
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return codeNetwork
	}
	if problem.Is(err, problem.Credentials) {
		return codeExpired
	}
	return codeFailed
}

// Once asks every source once, at the same time, and gives what came of it.
func (c *Collector) Once(ctx context.Context) Snapshot {
	var all sync.WaitGroup
	for _, a := range c.askings() {
		all.Go(func() { c.try(ctx, a) })
	}
	all.Wait()
	s := c.Snapshot()
	var asked atomic.Bool
	for _, a := range c.askingsWhenWanted() {
		all.Go(func() {
			if c.tryIfWanted(ctx, a) {
				asked.Store(true)
			}
		})
	}
	if all.Wait(); asked.Load() {
		s = c.Snapshot()
	}
	return s
}

// tick is how often a snapshot is given although nothing came in: ages grow.
const tick = 15 * time.Second

// Watch asks the sources again and again, each in its own time, and gives a snapshot
// whenever something came in or grew older. A slow reader misses some and gets the
// newest. It ends with the context.
func (c *Collector) Watch(ctx context.Context) iter.Seq[Snapshot] {
	return func(yield func(Snapshot) bool) {
		ctx, cancel := context.WithCancel(ctx)
		news := make(chan struct{}, 1)
		var all sync.WaitGroup
		defer all.Wait()
		defer cancel()
		for _, a := range slices.Concat(c.askings(), c.askingsWhenWanted()) {
			all.Go(func() { c.keepAsking(ctx, a, news) })
		}
		for yield(c.Snapshot()) {
			over, stop := c.after(tick)
			select {
			case <-news:
			case <-over:
			case <-ctx.Done():
				stop()
				return
			}
			stop()
		}
	}
}

// keepAsking asks one source until the context ends.
func (c *Collector) keepAsking(ctx context.Context, a asking, news chan<- struct{}) {
	for ctx.Err() == nil {
		refreshed := c.refreshed()
		if c.tryIfWanted(ctx, a) {
			select {
			case news <- struct{}{}:
			default:
			}
		}
		c.rest(ctx, a.name, refreshed)
	}
}

// look is how soon after there is a reason to ask a source it is asked.
const look = 5 * time.Second

// settling is how long after a minute is over CloudWatch is asked for it.
const settling = 5 * time.Second

// arriving is how long after a minute is over its log lines are read.
const arriving = 2 * settling

// rest waits until the source is due again, or all are to be asked. Metrics are asked
// for shortly after a minute is over; what failed is tried again within a minute, however
// seldom it is asked otherwise.
func (c *Collector) rest(ctx context.Context, name SourceName, refreshed <-chan struct{}) {
	c.mu.Lock()
	wait, now, source := c.period(name), c.Clock.Now(), *c.sources[name]
	again := stateEvery * c.factor()
	c.mu.Unlock()
	switch {
	case source.Loading():
		wait = look
	case name == SourceMetrics:
		wait = now.Truncate(minute).Add(wait + settling).Sub(now)
	case name == SourceReports:
		wait = now.Truncate(minute).Add(wait + arriving).Sub(now)
	case source.Failing():
		wait = min(wait, again)
	}
	over, stop := c.after(wait)
	defer stop()
	select {
	case <-over:
	case <-refreshed:
	case <-ctx.Done():
	}
}

// after gives a channel that is closed when a time is over.
func (c *Collector) after(span time.Duration) (over <-chan struct{}, stop func() bool) {
	done := make(chan struct{})
	return done, c.Clock.AfterFunc(span, func() { close(done) })
}
