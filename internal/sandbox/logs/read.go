package logs

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/sandbox/logs/events"
)

// What a page of events holds at most.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
const (
	maxEvents     = 10_000
	maxEventBytes = 1 << 20
)

// Delivery is how events come to light, for tests of those who follow them. The
// zero Delivery shows each at once.
type Delivery struct {
	// Delay is how long after its ingestion an event can be read. Jitter delays
	// some events more than others, by up to so much.
	Delay, Jitter time.Duration
	// Scan ends a page of FilterLogEvents after so many events, whether they match
	// or not; so there are empty pages with a token, as AWS has them. 0 is no limit.
	Scan int
}

// Deliver sets how events come to light from now on.
func (s *Service) Deliver(d Delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delivery = d
}

// readable tells whether an event has come to light at that time; nil stands for
// all of them.
func (d Delivery) readable(now time.Time) func(*events.Event) bool {
	if d.Delay <= 0 && d.Jitter <= 0 {
		return nil
	}
	return func(e *events.Event) bool {
		delay := d.Delay
		if d.Jitter > 0 {
			// The golden ratio spreads consecutive numbers evenly.
			_, part := math.Modf(float64(e.Seq) * math.Phi)
			delay += time.Duration(part * float64(d.Jitter))
		}
		return e.Ingestion+delay.Milliseconds() <= now.UnixMilli()
	}
}

// view is what a request sees of a log group: the streams of its beginning.
type view struct {
	group    group
	log      *events.Log
	names    []string
	delivery Delivery
	now      time.Time
}

// view opens a log group for reading; either of name and identifier says which.
func (s *Service) view(name, identifier *string) (view, error) {
	id := name
	if id == nil {
		id = identifier
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.find(id)
	if err != nil {
		return view{}, err
	}
	log, err := s.log(g)
	return view{group: g, log: log, names: s.archive(g.Name).names, delivery: s.delivery, now: s.host.Clock.Now()}, err
}

// query is the one for all readable events of streams that were not deleted.
func (v view) query() events.Query {
	q := events.Everything()
	q.From = v.group.horizon(v.now)
	q.Readable = v.delivery.readable(v.now)
	q.Wanted = func(number uint32) bool { return v.name(number) != "" }
	return q
}

// name is the stream's, or empty if it has been deleted.
func (v view) name(number uint32) string {
	if int(number) >= len(v.names) {
		return ""
	}
	return v.names[number]
}

// read gives events with AWS's errors.
func (v view) read(ctx context.Context, q events.Query) iter.Seq2[*events.Event, error] {
	return func(yield func(*events.Event, error) bool) {
		for e, err := range v.log.Read(ctx, q) {
			if !yield(e, gone(err)) {
				return
			}
		}
	}
}

// gone says in AWS's words that a group was deleted meanwhile.
func gone(err error) error {
	if errors.Is(err, events.ErrRemoved) {
		return &types.ResourceNotFoundException{Message: new("The specified log group does not exist.")}
	}
	return err
}

func noStream() error {
	return &types.ResourceNotFoundException{Message: new("The specified log stream does not exist.")}
}

// eventLimit is how many events a page has.
func eventLimit(limit *int32) (int, error) {
	if limit == nil {
		return maxEvents, nil
	}
	if *limit < 1 || *limit > maxEvents {
		return 0, constraint(aws.ToInt32(limit), "limit", fmt.Sprintf("have value between 1 and %d", maxEvents))
	}
	return int(*limit), nil
}
