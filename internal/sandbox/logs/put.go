package logs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/logs/events"
)

// What one PutLogEvents takes at most.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
const (
	maxBatch      = 10_000
	maxBatchBytes = 1 << 20
	maxBatchSpan  = 24 * time.Hour
	oldest        = 14 * 24 * time.Hour
	newest        = 2 * time.Hour
)

// sequenceToken is what PutLogEvents still answers; nobody looks at it any more.
const sequenceToken = "49590302304403812038100000000000000000000000000000000000"

// PutLogEvents keeps a batch of events, but for those that are too old or too new.
func (s *Service) PutLogEvents(_ context.Context, in *cloudwatchlogs.PutLogEventsInput) (*cloudwatchlogs.PutLogEventsOutput, error) {
	if err := checkBatch(in.LogEvents); err != nil {
		return nil, err
	}
	s.mu.Lock()
	d, err := s.destination(in.LogGroupName, aws.ToString(in.LogStreamName))
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	now := s.host.Clock.Now()
	from, to, rejected := d.group.acceptable(in.LogEvents, now)
	out := &cloudwatchlogs.PutLogEventsOutput{NextSequenceToken: new(sequenceToken), RejectedLogEventsInfo: rejected}
	if from >= to {
		return out, nil
	}
	entries := make([]events.Entry, 0, to-from)
	for _, e := range in.LogEvents[from:to] {
		entries = append(entries, events.Entry{Timestamp: *e.Timestamp, Message: *e.Message})
	}
	return out, s.ingest(d, now, entries)
}

// Append puts lines into a log stream, which is made if it is missing. The lines
// may be in any order. The group must be there: otherwise the error is
// ResourceNotFoundException.
func (s *Service) Append(group, stream string, lines ...host.LogLine) error {
	s.mu.Lock()
	d, err := s.destinationOrNew(group, stream)
	s.mu.Unlock()
	if err != nil || len(lines) == 0 {
		return err
	}
	entries := make([]events.Entry, 0, len(lines))
	for _, line := range lines {
		entries = append(entries, events.Entry{Timestamp: line.At.UnixMilli(), Message: line.Message})
	}
	return s.ingest(d, s.host.Clock.Now(), entries)
}

// destination is where events go.
type destination struct {
	group  group
	stream stream
	log    *events.Log
	// filters are the group's metric filters.
	filters []metricFilter
	// tails are the Live Tail sessions of the time.
	tails []*tail
}

// destination finds a log stream. The caller holds mu.
func (s *Service) destination(group *string, name string) (destination, error) {
	g, err := s.find(group)
	if err != nil {
		return destination{}, err
	}
	st, ok := s.streams.Get(streamKey(g.Name, name))
	if !ok {
		return destination{}, noStream()
	}
	log, err := s.log(g)
	if err == nil && g.Retention != nil {
		err = log.Trim(g.horizon(s.host.Clock.Now()))
	}
	return destination{group: g, stream: st, log: log, filters: s.metricFilters(g), tails: s.tails}, err
}

// destinationOrNew finds or makes a log stream. The caller holds mu.
func (s *Service) destinationOrNew(group, name string) (destination, error) {
	g, err := s.find(&group)
	if err != nil {
		return destination{}, err
	}
	if _, ok := s.streams.Get(streamKey(g.Name, name)); !ok {
		s.addStream(g, name)
	}
	return s.destination(&group, name)
}

// ingest keeps entries and lets all know who want to.
func (s *Service) ingest(d destination, now time.Time, entries []events.Entry) error {
	if _, err := d.log.Append(d.stream.Number, now.UnixMilli(), entries); err != nil {
		return unkept(err)
	}
	for _, t := range d.tails {
		t.offer(d, now, entries)
	}
	s.measure(d, now, entries)
	return nil
}

// unkept says why events could not be kept. A full disk is a person's to mend.
func unkept(err error) error {
	cause, ok := errors.AsType[*fs.PathError](err)
	if !ok {
		return gone(err)
	}
	return problem.New(problem.Failed, "cannot keep log events in %s: %v", cause.Path, cause.Err).
		WithHint("make room and check the folder's permissions").WithCause(err)
}

func checkBatch(batch []types.InputLogEvent) error {
	if n := len(batch); n < 1 || n > maxBatch {
		return constraint(fmt.Sprintf("[%d events]", n), "logEvents", fmt.Sprintf("have length between 1 and %d", maxBatch))
	}
	size := 0
	for i, e := range batch {
		if aws.ToString(e.Message) == "" {
			return constraint("", fmt.Sprintf("logEvents.%d.member.message", i+1), "have length greater than or equal to 1")
		}
		if e.Timestamp == nil || *e.Timestamp < 0 {
			return constraint(aws.ToInt64(e.Timestamp), fmt.Sprintf("logEvents.%d.member.timestamp", i+1), "have value greater than or equal to 0")
		}
		size += len(*e.Message) + overhead
	}
	if size > maxBatchBytes {
		return invalid(fmt.Sprintf("Upload too large: %d bytes exceeds limit of %d", size, maxBatchBytes))
	}
	byTime := func(a, b types.InputLogEvent) int { return cmp.Compare(*a.Timestamp, *b.Timestamp) }
	if !slices.IsSortedFunc(batch, byTime) {
		return invalid("Log events in a single PutLogEvents request must be in chronological order.")
	}
	if *batch[len(batch)-1].Timestamp-*batch[0].Timestamp > maxBatchSpan.Milliseconds() {
		return invalid("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
	}
	return nil
}

// acceptable gives the part of a batch in order that is neither too old nor too
// new, and says what is wrong with the rest.
func (g group) acceptable(batch []types.InputLogEvent, now time.Time) (from, to int, info *types.RejectedLogEventsInfo) {
	since := func(at int64) int {
		i, _ := slices.BinarySearchFunc(batch, at, func(e types.InputLogEvent, at int64) int { return cmp.Compare(*e.Timestamp, at) })
		return i
	}
	tooOld, expired := since(now.Add(-oldest).UnixMilli()), since(g.horizon(now))
	from, to = max(tooOld, expired), since(now.Add(newest).UnixMilli()+1)
	if from == 0 && to == len(batch) {
		return from, to, nil
	}
	info = &types.RejectedLogEventsInfo{}
	if tooOld > 0 {
		info.TooOldLogEventEndIndex = new(int32(tooOld))
	}
	if expired > 0 {
		info.ExpiredLogEventEndIndex = new(int32(expired))
	}
	if to < len(batch) {
		info.TooNewLogEventStartIndex = new(int32(to))
	}
	return from, to, info
}

// horizon is the earliest timestamp that the retention keeps, in milliseconds.
func (g group) horizon(now time.Time) int64 {
	if g.Retention == nil {
		return 0
	}
	return now.AddDate(0, 0, -int(*g.Retention)).UnixMilli()
}
