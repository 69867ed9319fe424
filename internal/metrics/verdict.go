package metrics

import (
	"time"

	"github.com/keyvex/keyvex/internal/platform"
)

// Level is how a thing is, the worse the higher: broken comes before unknown, which
// comes before degraded.
type Level int

// The levels. Loading is before the first answer, Idle has nothing to do and is well.
const (
	Loading Level = iota
	Idle
	Healthy
	Degraded
	Unknown
	Broken
)

func (l Level) String() string {
	return [...]string{"loading", "idle", "healthy", "degraded", "unknown", "broken"}[l]
}

// Kind is the kind of a Resource.
type Kind string

// The kinds of resources.
const (
	KindFunction Kind = "function"
	KindQueue    Kind = "queue"
	KindTable    Kind = "table"
	KindCache    Kind = "cache"
	KindREST     Kind = "rest"
	KindSocket   Kind = "socket"
	KindJobs     Kind = "jobs"
	KindStack    Kind = "stack"
	KindAlarm    Kind = "alarm"
	KindSource   Kind = "source"
	KindChanges  Kind = "changes"
)

// Resource is a thing by its short name: "ai-processor", "ai-processing", "table",
// "Database", or a source's name.
type Resource struct {
	Kind Kind
	Name string
}

func (r Resource) String() string { return r.Name }

// Function is the function whose logs tell of the resource: itself, its consumer, what
// answers it; empty where all of them might.
func (r Resource) Function() platform.Function {
	switch r.Kind {
	case KindFunction:
		return platform.Function(r.Name)
	case KindQueue:
		return platform.Queue(r.Name).Spec().Consumer
	case KindJobs:
		return platform.AIProcessor
	case KindSocket:
		return platform.WebSocketHandler
	}
	return ""
}

// Matter is what is wrong with a thing.
type Matter string

// The matters, by the rows of platform.Thresholds.
const (
	MatterErrors      Matter = "errors"
	MatterLatency     Matter = "latency"
	MatterTimeOuts    Matter = "timeouts"
	MatterThrottles   Matter = "throttles"
	MatterOldest      Matter = "oldest"
	MatterDead        Matter = "dead"
	MatterExpiry      Matter = "expiry"
	MatterSecondTries Matter = "tries"
	MatterCPU         Matter = "cpu"
	MatterMemory      Matter = "memory"
	MatterREST5xx     Matter = "5xx"
	MatterSocket      Matter = "socket"
	MatterProvider    Matter = "provider"
	MatterMail        Matter = "mail"
	MatterPaused      Matter = "paused"
	MatterStack       Matter = "stack"
	MatterAlarm       Matter = "alarm"
	MatterSource      Matter = "source"
)

// Finding is one thing that is wrong. Text and Cause are in words without the
// resource's name and without a time: "14 dead", `all "openai 401"`.
type Finding struct {
	Level    Level
	Matter   Matter
	Resource Resource
	Text     string
	// Cause is why, as far as it is known; empty where it is not.
	Cause string
	// Change is what was changed shortly before it began; zero where nothing was.
	Change Change
	// Since is when it began, as far as the hour goes; zero where that is not known.
	Since time.Time
	// Next is what to do, mostly a keyvex command.
	Next string
	// Value was measured, Limit is what it was held against, in the matter's unit; 0
	// where there is none.
	Value, Limit float64
}

// Verdict says whether something is wrong. Its Findings are all there are, the worst
// first; the first one is what the verdict names.
type Verdict struct {
	Level Level
	// Since is when the environment came to this level, zero where that is not known.
	Since    time.Time
	Findings []Finding
}

// Worst is the finding that the verdict names; ok is false when nothing is wrong.
func (v Verdict) Worst() (f Finding, ok bool) {
	if len(v.Findings) == 0 {
		return Finding{}, false
	}
	return v.Findings[0], true
}
