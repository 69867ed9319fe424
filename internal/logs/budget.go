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

// budget spaces calls, so that all groups together take no more than their share.
type budget struct {
	clock clock.Clock
	// every is the time between two calls, 0 for no limit.
	every time.Duration

	mu   sync.Mutex
	next time.Time
}

// newBudget allows half of the region's quota, and leaves the rest to whoever else
// reads logs in the account.
func newBudget(o Options) *budget {
	if o.Unlimited {
		return &budget{clock: o.Clock}
	}
	return &budget{clock: o.Clock, every: 2 * time.Second / time.Duration(Quota(o.Region))}
}

// take waits for the turn of a call.
func (b *budget) take(ctx context.Context) error {
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
