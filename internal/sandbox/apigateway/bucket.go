package apigateway

import "time"

// bucket is a token bucket: it refills at a rate and holds no more than the burst.
type bucket struct {
	tokens float64
	at     time.Time
}

// take spends a token at that time if there is one. A new bucket is full. Time that
// goes back, when a clock is set, refills nothing.
func (b *bucket) take(now time.Time, rate float64, burst int) bool {
	if b.at.IsZero() {
		b.tokens, b.at = float64(burst), now
	}
	if passed := now.Sub(b.at); passed > 0 {
		b.tokens, b.at = b.tokens+passed.Seconds()*rate, now
	}
	b.tokens = min(b.tokens, float64(burst))
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// The account's own throttle, of all APIs together (API Gateway quotas).
const (
	accountRate  = 10_000
	accountBurst = 5_000
)

// Admit spends a token of the named bucket and one of the account's, or reports
// that there is none. A negative rate sets no limit of the bucket's own.
func (s *Service) Admit(name string, rate float64, burst int) bool {
	return (rate < 0 || s.take(name, rate, burst)) && s.take("account", accountRate, accountBurst)
}

func (s *Service) take(name string, rate float64, burst int) bool {
	s.throttle.Lock()
	defer s.throttle.Unlock()
	if s.buckets[name] == nil {
		s.buckets[name] = &bucket{}
	}
	return s.buckets[name].take(s.host.Clock.Now(), rate, burst)
}
