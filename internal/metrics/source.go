package metrics

import (
	"time"

	"github.com/keyvex/keyvex/internal/platform"
)

// SourceName names something that is asked by itself.
type SourceName string

// The sources.
const (
	SourceMetrics   SourceName = "metrics"   // CloudWatch GetMetricData
	SourceQueues    SourceName = "queues"    // SQS GetQueueAttributes
	SourceConsumers SourceName = "consumers" // Lambda ListEventSourceMappings
	SourceStacks    SourceName = "stacks"    // CloudFormation DescribeStacks
	SourceAlarms    SourceName = "alarms"    // CloudWatch DescribeAlarms, ListAlarmMuteRules
	SourceChanges   SourceName = "changes"   // stack events, secret versions, own journals
	SourceErrors    SourceName = "errors"    // CloudWatch Logs FilterLogEvents, what failed
	SourceReports   SourceName = "reports"   // CloudWatch Logs FilterLogEvents, Lambda's REPORT lines
)

// SourceNames lists all of them.
var SourceNames = []SourceName{SourceMetrics, SourceQueues, SourceConsumers, SourceStacks, SourceAlarms, SourceChanges, SourceErrors, SourceReports}

// Source is how asking one of them went.
type Source struct {
	Name SourceName
	// Answered is when it last answered; zero if it never did. Values are as of then.
	Answered time.Time
	// Err is why the last asking failed, nil where it did not. Code is AWS's, as
	// "AccessDenied", or a word: "timeout", "network", "expired"; Operation what was
	// asked, as "GetMetricData". Failed is since when it fails.
	Err             error
	Code, Operation string
	Failed          time.Time
	// Every is how often it is asked at present.
	Every time.Duration
}

// Loading reports whether nothing has come back yet, neither an answer nor a failure.
func (s Source) Loading() bool { return s.Answered.IsZero() && s.Err == nil }

// Failing reports whether the last asking failed.
func (s Source) Failing() bool { return s.Err != nil }

// Age is how old the values are at a time; 0 when there are none.
func (s Source) Age(now time.Time) time.Duration {
	if s.Answered.IsZero() {
		return 0
	}
	return now.Sub(s.Answered)
}

// Stale reports whether the values are so old that they say nothing any more.
func (s Source) Stale(now time.Time) bool {
	return !s.Answered.IsZero() && s.Every > 0 && s.Age(now) > time.Duration(platform.Thresholds.StaleAfterPeriods)*s.Every
}
