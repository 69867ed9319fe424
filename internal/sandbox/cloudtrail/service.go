// Package cloudtrail is the event history of the sandbox's CloudTrail: who changed what
// through the API, as LookupEvents tells it. It records the management events that are
// writes. What an operation was given is told by the members that name things, and never
// by one that may hold a value: AWS leaves out secrets, and this leaves out all else.
package cloudtrail

import (
	"fmt"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// kept is how many events are kept, the newest; AWS keeps 90 days.
const kept = 5000

// Callers says whose an access key is. STS is one.
type Callers interface {
	// Caller gives the ARN and the unique id behind a key.
	Caller(accessKey string) (arn, id string)
}

// Service is CloudTrail of the one account and region.
type Service struct {
	host    *host.Host
	callers Callers

	mu sync.Mutex
	// events are keyed by their number; first and next are the bounds of the numbers.
	events      *state.Map[event]
	first, next uint64
	// asked are the times of the last lookups, for their limit.
	asked []time.Time
}

// New opens the history on the host's state.
func New(h *host.Host, callers Callers) *Service {
	s := &Service{host: h, callers: callers, events: state.NewMap[event](h.State, "cloudtrail.events")}
	for _, e := range s.events.All() {
		if s.next == 0 {
			s.first = e.Number
		}
		s.next = e.Number + 1
	}
	return s
}

// Resources is empty: no stack here has a trail.
func (s *Service) Resources() []resource.Type { return nil }

// Wire registers the one operation.
func (s *Service) Wire() *wire.Service {
	w := &wire.Service{Name: "cloudtrail", Protocols: []wire.Protocol{wire.JSON11}, TargetPrefix: "CloudTrail_20131101"}
	wire.Handle(w, s.LookupEvents)
	return w
}

// Record takes down a call that has run, if it is a write that CloudTrail tells of.
func (s *Service) Record(c *wire.Call, err error) {
	if !recorded(c) {
		return
	}
	arn, id := s.callers.Caller(c.AccessKey)
	e := event{
		ID: s.uuid(), At: c.Start.UTC().Truncate(time.Second), Service: c.Service, Name: eventName(c), RequestID: c.RequestID,
		AccessKey: c.AccessKey, Caller: arn, CallerID: id, Agent: c.UserAgent, Address: c.Address,
		Parameters: parameters(c.Input), Error: codeOf(err),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e.Number = s.next
	s.events.Set(key(e.Number), e)
	s.next++
	for s.next-s.first > kept {
		s.events.Delete(key(s.first))
		s.first++
	}
}

// key is under what an event is kept: keys are in the order of numbers.
func key(number uint64) string { return fmt.Sprintf("%016d", number) }

func (s *Service) uuid() string {
	id := s.host.ID(host.Hex, 32)
	return id[:8] + "-" + id[8:12] + "-4" + id[13:16] + "-a" + id[17:20] + "-" + id[20:]
}
