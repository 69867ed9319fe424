package cloudwatch

import (
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// ticker wakes the service at every full minute, and at every tenth second while
// an alarm of high resolution is there. It runs from the first alarm, gauge or
// datum on.
type ticker struct {
	mu     sync.Mutex
	gauges []func() []host.Datum
	stop   func() bool
	closed bool
	// running is held while a tick is at work.
	running sync.Mutex
}

const (
	slow = time.Minute
	fast = 10 * time.Second
)

// Sample has a gauge read at the end of every minute. Values without a time of
// their own are of the minute that has just ended, so that alarms see them at once.
func (s *Service) Sample(gauge func() []host.Datum) {
	s.ticker.mu.Lock()
	s.ticker.gauges = append(s.ticker.gauges, gauge)
	s.ticker.mu.Unlock()
	s.start()
}

// start has the next tick come, if none is on its way.
func (s *Service) start() {
	s.ticker.mu.Lock()
	defer s.ticker.mu.Unlock()
	if s.ticker.stop == nil {
		s.arm()
	}
}

// arm sets the timer. The caller holds the ticker's lock.
func (s *Service) arm() {
	if s.ticker.closed {
		return
	}
	now, step := s.host.Clock.Now(), slow
	if s.hasFast() {
		step = fast
	}
	due := now.Truncate(step).Add(step)
	s.ticker.stop = s.host.Clock.AfterFunc(due.Sub(now), func() { s.tick(due) })
}

func (s *Service) hasFast() bool {
	for _, a := range s.alarms.All() {
		if a.Metric != nil && a.Metric.fast() {
			return true
		}
	}
	return false
}

// tick does what is due at a moment.
func (s *Service) tick(due time.Time) {
	s.ticker.running.Lock()
	defer s.ticker.running.Unlock()
	s.ticker.mu.Lock()
	gauges, closed := s.ticker.gauges, s.ticker.closed
	s.ticker.mu.Unlock()
	if closed {
		return
	}
	if due.Truncate(slow).Equal(due) {
		s.read(gauges, due.Add(-slow))
		s.series.Flush(due)
	}
	s.mu.Lock()
	s.evaluate(due)
	s.release(due)
	s.mu.Unlock()
	s.act()
	s.ticker.mu.Lock()
	defer s.ticker.mu.Unlock()
	s.arm()
}

func (s *Service) read(gauges []func() []host.Datum, minute time.Time) {
	for _, gauge := range gauges {
		data := gauge()
		for i := range data {
			if data[i].At.IsZero() {
				data[i].At = minute
			}
		}
		s.Record(data...)
	}
}

// Close ends the evaluation of alarms and writes what was measured.
func (s *Service) Close() {
	s.ticker.mu.Lock()
	closed := s.ticker.closed
	s.ticker.closed = true
	if s.ticker.stop != nil {
		s.ticker.stop()
	}
	s.ticker.mu.Unlock()
	s.ticker.running.Lock()
	defer s.ticker.running.Unlock()
	if !closed {
		s.series.Close(s.host.Clock.Now())
	}
}
