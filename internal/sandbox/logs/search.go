package logs

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/sandbox/logs/events"
	"github.com/keyvex/keyvex/internal/sandbox/logs/pattern"
)

// headOnlyBefore is 2024, before which a search cannot begin if it is to go
// backward.
const headOnlyBefore = 1704067200000

// FilterLogEvents gives a page of a log group's events that match a pattern, all
// streams in one order.
func (s *Service) FilterLogEvents(ctx context.Context, in *cloudwatchlogs.FilterLogEventsInput) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	v, err := s.view(in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	matches, err := parsePattern(in.FilterPattern)
	if err != nil {
		return nil, err
	}
	limit, err := eventLimit(in.Limit)
	if err != nil {
		return nil, err
	}
	q, err := v.searchQuery(in)
	if err != nil {
		return nil, err
	}
	search := search{view: v, pattern: matches, limit: limit, mark: v.group.mark(), out: &cloudwatchlogs.FilterLogEventsOutput{
		Events: []types.FilteredLogEvent{}, SearchedLogStreams: []types.SearchedLogStream{},
	}}
	return search.run(ctx, q)
}

// search is one page under way.
type search struct {
	view    view
	pattern *pattern.Pattern
	limit   int
	mark    mark
	// scanned counts events, size the bytes of those on the page.
	scanned, size int
	out           *cloudwatchlogs.FilterLogEventsOutput
	room          []found
}

// run fills the page. It has a token if there was another event to look at.
func (s *search) run(ctx context.Context, q events.Query) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	var last events.Position
	for e, err := range s.view.read(ctx, q) {
		if err != nil {
			return nil, err
		}
		matches := s.pattern.Match(e.Message)
		if s.full() || matches && len(s.out.Events) > 0 && s.size+len(e.Message)+overhead > maxEventBytes {
			s.out.NextToken = token(last, q.Backward)
			break
		}
		s.scanned++
		last = e.Position()
		if matches {
			s.add(e)
		}
	}
	return s.out, nil
}

func (s *search) full() bool {
	return len(s.out.Events) == s.limit || s.view.delivery.Scan > 0 && s.scanned >= s.view.delivery.Scan
}

// found is what an event on a page points to. Many are made at once: one by one, the
// garbage collector would have most of the work of a page.
type found struct {
	id, stream, message  string
	timestamp, ingestion int64
}

const foundAtOnce = 256

func (s *search) add(e *events.Event) {
	s.size += len(e.Message) + overhead
	if len(s.room) == 0 {
		s.room = make([]found, foundAtOnce)
	}
	f := &s.room[0]
	s.room = s.room[1:]
	*f = found{number(e.Position(), s.mark), s.view.name(e.Stream), e.Message, e.Timestamp, e.Ingestion}
	s.out.Events = append(s.out.Events, types.FilteredLogEvent{
		EventId: &f.id, LogStreamName: &f.stream, Timestamp: &f.timestamp, Message: &f.message, IngestionTime: &f.ingestion,
	})
}

func (v view) searchQuery(in *cloudwatchlogs.FilterLogEventsInput) (events.Query, error) {
	q := v.query()
	if in.StartTime != nil {
		q.From = max(q.From, *in.StartTime)
	}
	if in.EndTime != nil { // the end is part of a search, unlike that of GetLogEvents
		q.To = *in.EndTime + 1
	}
	if in.StartTime != nil && in.EndTime != nil && *in.StartTime > *in.EndTime {
		return q, invalid("End time should not be less than start time.")
	}
	q.Backward = in.StartFromHead != nil && !*in.StartFromHead
	if q.Backward && aws.ToInt64(in.StartTime) < headOnlyBefore {
		return q, invalid("startFromHead can only be false if startTime is on or after Jan 1, 2024 00:00:00 UTC.")
	}
	if in.NextToken != nil {
		p, backward, err := parseToken(*in.NextToken)
		if err != nil {
			return q, err
		}
		q.After, q.Backward = &p, backward
	}
	wanted, err := v.wanted(in.LogStreamNames, aws.ToString(in.LogStreamNamePrefix))
	if wanted != nil {
		q.Wanted = wanted
	}
	return q, err
}

// wanted chooses streams by name or prefix; nil wants all that there are.
func (v view) wanted(names []string, prefix string) (func(uint32) bool, error) {
	switch {
	case len(names) > 0 && prefix != "":
		return nil, invalid("You cannot specify both logStreamNames and logStreamNamePrefix.")
	case len(names) > 0:
		for _, name := range names {
			if name == "" || !slices.Contains(v.names, name) {
				return nil, noStream()
			}
		}
		return func(number uint32) bool { return slices.Contains(names, v.name(number)) }, nil
	case prefix != "":
		return func(number uint32) bool { return strings.HasPrefix(v.name(number), prefix) }, nil
	}
	return nil, nil
}

func parsePattern(text *string) (*pattern.Pattern, error) {
	p, err := pattern.Parse(aws.ToString(text))
	if err != nil {
		return nil, invalid("Invalid filter pattern: " + err.Error())
	}
	return p, nil
}
