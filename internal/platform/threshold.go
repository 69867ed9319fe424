package platform

import "time"

// Thresholds is the one table behind the CloudWatch alarms, the console's colours
// and the verdict. Warn makes a thing degraded, Fail makes it broken.
var Thresholds = struct {
	Errors      ErrorThreshold
	Latency     LatencyThreshold
	Throttles   ThrottleThreshold
	DeadLetters DeadLetterThreshold
	CacheCPU    Percentage
	CacheMemory Percentage
	REST5xx     Percentage
	// StaleAfterPeriods is after how many periods without news a source says nothing
	// any more: the verdict is not green then.
	StaleAfterPeriods int
}{
	Errors: ErrorThreshold{
		Period: 5 * time.Minute,
		Warn:   RateAndCount{Percent: 1, Count: 3},
		Fail:   RateAndCount{Percent: 5, Count: 5},
	},
	Latency:     LatencyThreshold{MinimumCalls: 20, WarnFactor: 1.5, FailFactor: 3},
	Throttles:   ThrottleThreshold{WarnCount: 1, FailMinutesRunning: 3},
	DeadLetters: DeadLetterThreshold{WarnOlderThan: time.Hour, FailNewWithin: time.Hour, WarnExpiresIn: 3 * 24 * time.Hour, FailExpiresIn: 24 * time.Hour},
	CacheCPU:    Percentage{Warn: 70, Fail: 90},
	CacheMemory: Percentage{Warn: 75, Fail: 90},
	REST5xx:     Percentage{Warn: 1, Fail: 5},

	StaleAfterPeriods: 3,
}

// RateAndCount is reached when both the rate, in percent, and the count are.
type RateAndCount struct {
	Percent float64
	Count   int
}

// ErrorThreshold judges the errors of a function within a period.
type ErrorThreshold struct {
	Period     time.Duration
	Warn, Fail RateAndCount
}

// LatencyThreshold judges a p95 against that of the same hour before. Any
// time-out is a failure too.
type LatencyThreshold struct {
	MinimumCalls           int
	WarnFactor, FailFactor float64
}

// ThrottleThreshold judges throttled calls: a count warns, minutes in a row fail.
type ThrottleThreshold struct {
	WarnCount, FailMinutesRunning int
}

// DeadLetterThreshold judges dead letters, visible and in flight together: old
// ones warn, new ones fail, and so does their coming expiry. A message's second
// try warns too.
type DeadLetterThreshold struct {
	WarnOlderThan, FailNewWithin time.Duration
	WarnExpiresIn, FailExpiresIn time.Duration
}

// Percentage judges a share of 100.
type Percentage struct{ Warn, Fail float64 }
