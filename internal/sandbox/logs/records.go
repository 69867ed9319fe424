package logs

import (
	"context"
	"encoding/base64"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/keyvex/keyvex/internal/sandbox/logs/events"
	"github.com/keyvex/keyvex/internal/sandbox/logs/insights"
)

// source is one log group of a query that is being read.
type source struct {
	view view
	next func() (*events.Event, error, bool)
	// event is the next, nil at the end.
	event *events.Event
}

// records reads log groups from the latest event to the earliest, for a query.
func (s *Service) records(ctx context.Context, views []view, in *cloudwatchlogs.StartQueryInput) iter.Seq2[insights.Record, error] {
	return func(yield func(insights.Record, error) bool) {
		var sources []*source
		for _, v := range views {
			next, stop := iter.Pull2(v.read(ctx, v.period(in)))
			defer stop()
			sources = append(sources, &source{view: v, next: next})
		}
		for _, from := range sources {
			if err := from.advance(); err != nil {
				yield(insights.Record{}, err)
				return
			}
		}
		for {
			from := latest(sources)
			if from == nil || !yield(from.record(s.host.Account), nil) {
				return
			}
			if err := from.advance(); err != nil {
				yield(insights.Record{}, err)
				return
			}
		}
	}
}

// period bounds the reading by a query's times, which are in seconds and part of it.
func (v view) period(in *cloudwatchlogs.StartQueryInput) events.Query {
	q := v.query()
	q.Backward = true
	second := time.Second.Milliseconds()
	q.From = max(q.From, aws.ToInt64(in.StartTime)*second)
	q.To = (aws.ToInt64(in.EndTime) + 1) * second
	return q
}

func (s *source) advance() error {
	e, err, ok := s.next()
	s.event = e
	if !ok {
		s.event = nil
	}
	return err
}

// latest is the source whose next event is the latest, nil when all are at the end.
func latest(sources []*source) *source {
	var found *source
	for _, s := range sources {
		if s.event != nil && (found == nil || s.event.Timestamp > found.event.Timestamp) {
			found = s
		}
	}
	return found
}

func (s *source) record(account string) insights.Record {
	e := s.event
	ptr := s.view.group.Name + "/" + number(e.Position(), mark{})
	return insights.Record{
		Timestamp: e.Timestamp, Ingestion: e.Ingestion, Message: e.Message, Stream: s.view.name(e.Stream),
		Log: account + ":" + s.view.group.Name, Ptr: base64.StdEncoding.EncodeToString([]byte(ptr)),
	}
}
