package lambda

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/fleet"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
)

// event is an asynchronous invocation that is not done, under its request id.
type event struct {
	// FunctionARN has the version.
	FunctionARN string
	Payload     []byte
	Accepted    time.Time
	// Tries is how often the function has failed; Refused how often in a row there
	// was no concurrency for it.
	Tries, Refused int
	// Due is the next try.
	Due time.Time
}

// Lambda tries a failed event again after a minute and after two more, and a refused
// one after a second, doubled each time up to five minutes:
//
//	https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
const (
	retryPause  = time.Minute
	firstRefuse = time.Second
	lastRefuse  = 5 * time.Minute
)

// accept keeps an event and begins to try it.
func (s *Service) accept(f function, v published, id string, payload []byte) {
	now := s.host.Clock.Now()
	arn := s.arn(f.name()) + ":" + aws.ToString(v.Version)
	s.events.Set(id, event{FunctionARN: arn, Payload: payload, Accepted: now, Due: now})
	s.host.Measure(s.eventDatum(f.name(), "AsyncEventsReceived", "Count", 1))
	s.try(id)
}

func (s *Service) eventDatum(function, name, unit string, value float64) host.Datum {
	return host.Datum{
		Namespace: "AWS/Lambda", Name: name, Value: value, Unit: unit, At: s.host.Clock.Now(),
		Dimensions: []host.Dimension{{Name: "FunctionName", Value: function}},
	}
}

// try works on an event until it is done. A stop leaves it for Resume.
func (s *Service) try(id string) {
	s.life.Go(func(life context.Context) {
		for {
			e, ok := s.events.Get(id)
			if !ok || clock.Sleep(life, s.host.Clock, e.Due.Sub(s.host.Clock.Now())) != nil || !s.attempt(life, id, e) {
				return
			}
		}
	})
}

// attempt runs an event once, and reports whether it has to be tried again.
func (s *Service) attempt(life context.Context, id string, e event) bool {
	f, v, err := s.findVersion(&e.FunctionARN, nil)
	if err != nil {
		s.events.Delete(id) // the function is gone
		return false
	}
	s.host.Measure(s.eventDatum(f.name(), "AsyncEventAge", "Milliseconds", float64(s.host.Clock.Now().Sub(e.Accepted).Milliseconds())))
	outcome, err := s.call(life, f, v, runner.Invocation{RequestID: id, Payload: e.Payload})
	if life.Err() != nil {
		return false
	}
	settings := f.InvokeConfigs[aws.ToString(v.Version)]
	switch {
	case err == nil && !outcome.Failed:
		s.finish(life, id, e, ending{f, v, outcome, "Success"})
		return false
	case err == nil:
		e.Tries++
		e.Due, e.Refused = s.host.Clock.Now().Add(time.Duration(e.Tries)*retryPause), 0
	default:
		e.Due = s.host.Clock.Now().Add(min(firstRefuse<<min(e.Refused, 9), lastRefuse))
		e.Refused++
	}
	age := time.Duration(aws.ToInt32(or(settings.MaximumEventAgeInSeconds, new(int32(maxEventAge))))) * time.Second
	switch {
	case e.Tries > int(aws.ToInt32(or(settings.MaximumRetryAttempts, new(int32(maxRetries))))):
		s.finish(life, id, e, ending{f, v, outcome, "RetriesExhausted"})
	case e.Due.Sub(e.Accepted) > age:
		s.finish(life, id, e, ending{f, v, outcome, "EventAgeExceeded"})
	default:
		s.events.Set(id, e)
		return true
	}
	return false
}

// ending is how an event ended.
type ending struct {
	function  function
	version   published
	outcome   fleet.Outcome
	condition string
}

// finish tells the destination, if there is one, and forgets the event.
func (s *Service) finish(ctx context.Context, id string, e event, end ending) {
	if end.condition != "Success" {
		s.host.Measure(s.eventDatum(end.function.name(), "AsyncEventsDropped", "Count", 1))
	}
	if arn, document := s.destination(id, e, end); arn != "" && s.siblings.Destinations != nil {
		if s.siblings.Destinations.Send(ctx, arn, document) != nil {
			s.host.Measure(s.eventDatum(end.function.name(), "DestinationDeliveryFailures", "Count", 1))
		}
	}
	s.events.Delete(id)
}
