package metrics

import (
	"context"
	"errors"
	"iter"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/problem"
)

// asking is one source: what is done to ask it.
type asking struct {
	name SourceName
	ask  func(context.Context) error
}

func (c *Collector) askings() []asking {
	return []asking{
		{SourceMetrics, c.askMetrics}, {SourceQueues, c.askQueues}, {SourceConsumers, c.askConsumers},
		{SourceStacks, c.askStacks}, {SourceAlarms, c.askAlarms}, {SourceChanges, c.askChanges},
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

var errPatience = errors.New("no answer in time")

// try asks a source once and notes how it went.
func (c *Collector) try(ctx context.Context, a asking) {
	bounded, cancel := context.WithCancelCause(ctx)
	stop := c.Clock.AfterFunc(patience, func() { cancel(errPatience) })
	err := a.ask(bounded)
	stop()
	cancel(nil)
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
	s.Err, s.Code, s.Operation = err, codeOf(err, context.Cause(bounded)), operations[a.name]
}

// operations are what the sources are asked, as far as one word goes.
var operations = map[SourceName]string{
	SourceMetrics: "GetMetricData", SourceQueues: "GetQueueAttributes", SourceConsumers: "ListEventSourceMappings",
	SourceStacks: "DescribeStacks", SourceAlarms: "DescribeAlarms", SourceChanges: "DescribeStackEvents", SourceErrors: "FilterLogEvents",
}

// The codes of failures that AWS has no word for.
const (
	codeTimeout = "timeout"
	codeNetwork = "network"
	codeExpired = "expired"
	codeFailed  = "failed"
)

func codeOf(err, cause error) string {
	if errors.Is(cause, errPatience) {
		return codeTimeout
	}
	if code := cloud.Code(err); code != "" {
		return code
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
	if c.wantsErrors() {
		c.try(ctx, asking{SourceErrors, c.askErrors})
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
		for _, a := range slices.Concat(c.askings(), []asking{{SourceErrors, c.askErrors}}) {
			all.Go(func() { c.keepAsking(ctx, a, news) })
		}
		for yield(c.Snapshot()) {
			wake := make(chan struct{})
			stop := c.Clock.AfterFunc(tick, func() { close(wake) })
			select {
			case <-news:
			case <-wake:
			case <-ctx.Done():
				stop()
				return
			}
			stop()
		}
	}
}

// keepAsking asks one source until the context ends. The logs are asked for errors
// only while something is wrong.
func (c *Collector) keepAsking(ctx context.Context, a asking, news chan<- struct{}) {
	for ctx.Err() == nil {
		refreshed := c.refreshed()
		if a.name != SourceErrors || c.wantsErrors() {
			c.try(ctx, a)
			select {
			case news <- struct{}{}:
			default:
			}
		}
		c.rest(ctx, a.name, refreshed)
	}
}

// errorsLook is how soon after trouble began the logs are looked into.
const errorsLook = 5 * time.Second

// settling is how long after a minute is over CloudWatch is asked for it.
const settling = 5 * time.Second

// rest waits until the source is due again, or all are to be asked. Metrics are asked
// for shortly after a minute is over.
func (c *Collector) rest(ctx context.Context, name SourceName, refreshed <-chan struct{}) {
	c.mu.Lock()
	wait, now := c.period(name), c.Clock.Now()
	idle := name == SourceErrors && c.sources[SourceErrors].Age(now) == 0
	c.mu.Unlock()
	switch {
	case idle:
		wait = errorsLook
	case name == SourceMetrics:
		wait = now.Truncate(minute).Add(wait + settling).Sub(now)
	}
	resting, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = clock.Sleep(resting, c.Clock, wait)
	}()
	select {
	case <-done:
	case <-refreshed:
		cancel()
		<-done
	}
}
