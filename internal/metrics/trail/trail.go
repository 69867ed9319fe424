// Package trail reads of CloudTrail's event history who changed something of an
// environment: people, keyvex's runs, the AWS console. It costs nothing but time, since
// all of an account may look up twice a second, so it reads little and nothing twice.
//
// Events come late, up to a quarter of an hour; reads and what was done to messages and
// items are not among them.
package trail

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
)

// API is what is needed of CloudTrail.
type API interface {
	LookupEvents(context.Context, *cloudtrail.LookupEventsInput, ...func(*cloudtrail.Options)) (*cloudtrail.LookupEventsOutput, error)
}

const (
	// Late is how long CloudTrail may take to tell of an event.
	Late = 15 * time.Minute
	// overlap is what is read again each time, for the late ones.
	overlap = Late + 5*time.Minute
	// writePages is how many pages of all the account's writes are read, 50 events
	// each, before they are looked up by name: in most accounts a day is on one.
	writePages = 3
	// pageSize is how many events a page has at most.
	pageSize = 50
	// attempts are few: who did something is worth no waiting.
	attempts = 3
)

// names are the events that are looked up one by one where an account has more writes
// than writePages: one call each. What is missing here is told only of quiet accounts.
var names = []string{
	"ExecuteChangeSet", "DeleteStack", "PutSecretValue", "UpdateSecretVersionStage", "UpdateEventSourceMapping20150331",
	"StartMessageMoveTask", "PurgeQueue", "SetQueueAttributes", "UpdateFunctionCode20150331v2", "UpdateFunctionConfiguration20150331v2",
}

// Reader reads the history of one environment and keeps what it has read. It is safe
// for concurrent use.
type Reader struct {
	API         API
	Environment platform.Environment
	Clock       clock.Clock
	// Alarm finds an alarm of the environment by its physical name; nil finds none.
	Alarm func(physical string) (short string, ok bool)

	mu    sync.Mutex
	known map[string]Event
	// turn counts events as they are told: those of a later reading are newer, and within
	// one the first are.
	turn int64
	// from and to are the bounds of what was read; before cut events are missing.
	from, to, cut time.Time
}

// Reading is what was read of the time asked for.
type Reading struct {
	// Events are those that concern the environment, the newest first.
	Events []Event
	// Cut is set where an account has so many events that some of those before it were
	// not read.
	Cut time.Time
	// Calls is how many lookups it took.
	Calls int
	// Err is why not all was read; Events are then those that are known.
	Err error
}

// Read gives the events since a time, and forgets those before it. It reads only what is
// new since the last time, and what may have come late.
func (r *Reader) Read(ctx context.Context, since time.Time) Reading {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.Clock.Now()
	since = since.Truncate(time.Second) // as events are
	if r.known == nil || since.Before(r.from) {
		r.known, r.to, r.cut = map[string]Event{}, time.Time{}, time.Time{}
	}
	r.from = since
	begin := since
	if late := r.to.Add(-overlap); late.After(begin) {
		begin = late
	}
	r.turn += int64((writePages + len(names)) * pageSize)
	calls, cut, err := r.look(ctx, begin, now)
	r.turn += int64((writePages + len(names)) * pageSize)
	if err == nil {
		r.to = now
	}
	if cut.After(r.cut) {
		r.cut = cut
	}
	out := Reading{Calls: calls, Err: err}
	if r.cut.After(since) {
		out.Cut = r.cut
	}
	for id, e := range r.known {
		if e.At.Before(since) {
			delete(r.known, id)
		} else {
			out.Events = append(out.Events, e)
		}
	}
	slices.SortFunc(out.Events, newer)
	return out
}

// look reads the writes of a span, and by their names those that are too far back.
func (r *Reader) look(ctx context.Context, begin, end time.Time) (calls int, cut time.Time, err error) {
	calls, reached, err := r.pages(ctx, types.LookupAttributeKeyReadOnly, "false", begin, end, writePages)
	if err != nil || reached.IsZero() {
		return calls, cut, err
	}
	for _, name := range names {
		more, missing, err := r.pages(ctx, types.LookupAttributeKeyEventName, name, begin, reached, 1)
		calls += more
		if err != nil {
			return calls, cut, err
		}
		if missing.After(cut) {
			cut = missing
		}
	}
	return calls, cut, nil
}

// pages reads at most so many pages, from the newest back. reached is the time of the
// oldest event read if there are more, and zero if there are not.
func (r *Reader) pages(ctx context.Context, by types.LookupAttributeKey, value string, begin, end time.Time, most int) (calls int, reached time.Time, err error) {
	in := &cloudtrail.LookupEventsInput{
		StartTime: &begin, EndTime: &end, LookupAttributes: []types.LookupAttribute{{AttributeKey: by, AttributeValue: &value}},
	}
	for calls < most {
		calls++
		out, err := r.API.LookupEvents(ctx, in, func(o *cloudtrail.Options) { o.RetryMaxAttempts = attempts })
		if err != nil {
			return calls, reached, err
		}
		for _, told := range out.Events {
			reached = aws.ToTime(told.EventTime)
			r.turn--
			e, ok := r.read(told)
			if _, before := r.known[e.ID]; ok && !before {
				e.turn = r.turn
				r.known[e.ID] = e
			}
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			return calls, time.Time{}, nil
		}
	}
	return calls, reached, nil
}
