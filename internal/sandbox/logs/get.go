package logs

import (
	"context"
	"math"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/sandbox/logs/events"
)

// GetLogEvents gives a page of a stream's events, from its end unless the caller
// wants its head, and tokens for the pages before and after. At the end of the
// stream the answer has the token that was asked with.
func (s *Service) GetLogEvents(ctx context.Context, in *cloudwatchlogs.GetLogEventsInput) (*cloudwatchlogs.GetLogEventsOutput, error) {
	v, err := s.view(in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	st, ok := s.streams.Get(streamKey(v.group.Name, aws.ToString(in.LogStreamName)))
	if !ok {
		return nil, noStream()
	}
	limit, err := eventLimit(in.Limit)
	if err != nil {
		return nil, err
	}
	q, err := v.streamQuery(in, st)
	if err != nil {
		return nil, err
	}
	out := &cloudwatchlogs.GetLogEventsOutput{Events: []types.OutputLogEvent{}}
	var passed []events.Position
	size := 0
	for e, err := range v.read(ctx, q) {
		if err != nil {
			return nil, err
		}
		if size += len(e.Message) + overhead; size > maxEventBytes && len(passed) > 0 {
			break
		}
		passed = append(passed, e.Position())
		out.Events = append(out.Events, types.OutputLogEvent{Timestamp: new(e.Timestamp), Message: new(e.Message), IngestionTime: new(e.Ingestion)})
		if len(passed) == limit {
			break
		}
	}
	if q.Backward {
		slices.Reverse(out.Events)
		slices.Reverse(passed)
	}
	out.NextBackwardToken, out.NextForwardToken = tokensAround(passed, q)
	return out, nil
}

func (v view) streamQuery(in *cloudwatchlogs.GetLogEventsInput, st stream) (events.Query, error) {
	q := v.query()
	q.Wanted = func(number uint32) bool { return number == st.Number }
	q.Backward = !aws.ToBool(in.StartFromHead)
	if in.StartTime != nil {
		q.From = max(q.From, *in.StartTime)
	}
	if in.EndTime != nil {
		q.To = *in.EndTime
	}
	if in.NextToken == nil {
		return q, nil
	}
	p, backward, err := parseToken(*in.NextToken)
	q.After, q.Backward = &p, backward
	return q, err
}

// tokensAround are the tokens before and after the positions of a page. An empty
// page lies where it was asked for.
func tokensAround(page []events.Position, q events.Query) (before, after *string) {
	if len(page) > 0 {
		return token(page[0], true), token(page[len(page)-1], false)
	}
	switch at := q.After; {
	case at == nil:
		at = &events.Position{Timestamp: max(0, q.From)}
		return token(*at, true), token(*at, false)
	case q.Backward:
		return token(*at, true), token(previous(*at), false)
	default:
		return token(events.Position{Timestamp: at.Timestamp, Seq: at.Seq + 1}, true), token(*at, false)
	}
}

// previous is the position before p, so that what follows it begins with p.
func previous(p events.Position) events.Position {
	if p.Seq == 0 {
		return events.Position{Timestamp: max(0, p.Timestamp-1), Seq: math.MaxUint64}
	}
	return events.Position{Timestamp: p.Timestamp, Seq: p.Seq - 1}
}
