package logs

import (
	"context"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
)

// Quota is how many FilterLogEvents a second AWS takes from an account in a region.
// https://docs.aws.amazon.com/general/latest/gr/cwl_region.html
func Quota(region string) int {
	switch region {
	case "us-east-1":
		return 25
	case "eu-central-1":
		return 5
	}
	return 10
}

// Budget spaces calls, so that all that share it take no more than their share. A nil
// Budget has no limit.
type Budget struct {
	clock clock.Clock
	// every is the time between two calls.
	every time.Duration

	mu   sync.Mutex
	next time.Time
}

// NewBudget allows half of the region's quota, and leaves the rest to whoever else
// reads logs in the account.
func NewBudget(c clock.Clock, region string) *Budget {
	return &Budget{clock: c, every: 2 * time.Second / time.Duration(Quota(region))}
}

// Take waits for the turn of a call.
func (b *Budget) Take(ctx context.Context) error {
	if b == nil {
		return ctx.Err()
	}
	b.mu.Lock()
	now := b.clock.Now()
	turn := b.next
	if turn.Before(now) {
		turn = now
	}
	b.next = turn.Add(b.every)
	b.mu.Unlock()
	return clock.Sleep(ctx, b.clock, turn.Sub(now))
}
