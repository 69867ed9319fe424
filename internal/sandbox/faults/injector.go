package faults

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Injector is a set of rules at work. Its Hook goes into wire.Router.Before.
type Injector struct {
	seed  uint64
	clock clock.Clock

	mu    sync.Mutex
	rules []Rule
	// fired counts the faults of each rule, calls the calls of each operation that
	// a rule has seen.
	fired []int
	calls map[string]uint64
}

// New gives an injector without rules. Latency passes on the clock.
func New(seed uint64, c clock.Clock) *Injector { return &Injector{seed: seed, clock: c} }

// Set replaces the rules and starts the draw from the seed anew. With a rule that
// is wrong it changes nothing.
func (i *Injector) Set(rules ...Rule) error {
	for n, r := range rules {
		if err := r.Check(); err != nil {
			return fmt.Errorf("rule %d: %w", n+1, err)
		}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.rules, i.fired, i.calls = slices.Clone(rules), make([]int, len(rules)), map[string]uint64{}
	return nil
}

// Fired is a rule and how many faults it has made.
type Fired struct {
	Rule
	Count int `json:"count"`
}

// Rules are those in force, in the order in which they were set.
func (i *Injector) Rules() []Fired {
	i.mu.Lock()
	defer i.mu.Unlock()
	list := make([]Fired, len(i.rules))
	for n, r := range i.rules {
		list[n] = Fired{Rule: r, Count: i.fired[n]}
	}
	return list
}

// Hook is a wire.Hook. Latencies of several rules add up; of the other faults the
// first one counts.
func (i *Injector) Hook(ctx context.Context, c *wire.Call) (func(error) error, error) {
	before, after := i.draw(c.Service, c.Operation)
	if err := i.suffer(ctx, c.Service, before); err != nil {
		return nil, err
	}
	if len(after) == 0 {
		return nil, nil
	}
	return func(err error) error {
		if err != nil {
			return err
		}
		return i.suffer(ctx, c.Service, after)
	}, nil
}

// suffer goes through faults until one ends the call.
func (i *Injector) suffer(ctx context.Context, service string, faults []Rule) error {
	for _, r := range faults {
		var err error
		switch r.Kind {
		case Latency:
			err = clock.Sleep(ctx, i.clock, r.Latency)
		case Throttle:
			err = throttling(service)
		case ServerError:
			err = unavailable(service)
		case Drop:
			err = wire.Dropped()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// draw decides which rules strike a call.
func (i *Injector) draw(service, operation string) (before, after []Rule) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for n, r := range i.rules {
		if !r.matches(service, operation) || r.Limit > 0 && i.fired[n] >= r.Limit || !i.strikes(n, service, operation) {
			continue
		}
		i.fired[n]++
		if r.After {
			after = append(after, r)
		} else {
			before = append(before, r)
		}
	}
	return before, after
}

// strikes draws for the rule's next call of an operation. Each operation has its
// own sequence, so that calls of others at the same time do not change it.
func (i *Injector) strikes(rule int, service, operation string) bool {
	key := fmt.Sprintf("%d/%s/%s", rule, service, operation)
	i.calls[key]++
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%s/%d", key, i.calls[key]) // a hash takes everything
	return rand.New(rand.NewPCG(i.seed, h.Sum64())).Float64() < i.rules[rule].Probability
}
