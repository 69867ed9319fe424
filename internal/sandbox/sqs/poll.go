package sqs

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/clock"
)

// poll receives, and looks again as messages arrive until there is one or the wait
// is over.
func (s *Service) poll(ctx context.Context, r receipt) ([]types.Message, error) {
	end := s.host.Clock.Now().Add(r.wait)
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		got, arrivals, until, err := s.look(r, end)
		if err != nil || len(got) > 0 || arrivals == nil {
			return got, err
		}
		await(ctx, s.host.Clock, arrivals, until)
	}
}

// look receives what there is. If that is nothing and end has not come, it gives
// what to wait for.
func (s *Service) look(r receipt, end time.Time) (got []types.Message, arrivals <-chan struct{}, wait time.Duration, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(r.url)
	if err != nil {
		return nil, nil, 0, err
	}
	b := s.backlog(q)
	got, err = s.receive(q, b, r)
	now := s.host.Clock.Now()
	if err != nil || len(got) > 0 || !now.Before(end) {
		return got, nil, 0, err
	}
	if at, ok := b.nextVisible(); ok && at.Before(end) {
		end = at
	}
	return nil, b.arrivals(), end.Sub(now), nil
}

// await returns when messages have arrived, the time is over or ctx is done.
func await(ctx context.Context, c clock.Clock, arrivals <-chan struct{}, d time.Duration) {
	over := make(chan struct{})
	stop := c.AfterFunc(d, func() { close(over) })
	defer stop()
	select {
	case <-ctx.Done():
	case <-arrivals:
	case <-over:
	}
}
