package apigateway

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/keyvex/keyvex/internal/sandbox/record"
)

// spend counts a request of a key against its plan's quota, and reports false when
// the period's requests are used up. Counts live in memory: a restart forgets them.
func (s *Service) spend(key, plan string, quota *types.QuotaSettings) bool {
	if quota == nil || quota.Limit == 0 {
		return true
	}
	s.throttle.Lock()
	defer s.throttle.Unlock()
	at := record.Key(plan, key)
	period := periodOf(s.host.Clock.Now().UTC(), quota.Period)
	if s.used[at].period != period {
		s.used[at] = usage{period: period}
	}
	if s.used[at].requests >= int(quota.Limit-quota.Offset) {
		return false
	}
	s.used[at] = usage{period, s.used[at].requests + 1}
	return true
}

// usage is how many requests were made in the period that begins then.
type usage struct {
	period   time.Time
	requests int
}

// periodOf is the beginning of the day, week (on Sunday) or month.
func periodOf(now time.Time, period types.QuotaPeriodType) time.Time {
	year, month, day := now.Date()
	switch period {
	case types.QuotaPeriodTypeWeek:
		day -= int(now.Weekday())
	case types.QuotaPeriodTypeMonth:
		day = 1
	}
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
