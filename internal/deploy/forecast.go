package deploy

import (
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
)

// estimate is the longest chain of stacks.
func estimate(stacks []StackPlan) time.Duration {
	rest := map[platform.Stack]time.Duration{}
	for _, p := range stacks {
		rest[p.Stack] = p.Estimate
	}
	return longestPath(stacks, rest)
}

func longestPath(stacks []StackPlan, rest map[platform.Stack]time.Duration) time.Duration {
	until := map[platform.Stack]time.Duration{}
	var longest time.Duration
	for _, p := range stacks {
		var start time.Duration
		for _, dep := range p.Stack.DependsOn() {
			start = max(start, until[dep])
		}
		until[p.Stack] = start + rest[p.Stack]
		longest = max(longest, until[p.Stack])
	}
	return longest
}

// forecast estimates the time left of a run, from what AWS usually takes and from
// how much faster or slower this run turns out to be.
type forecast struct {
	mu     sync.Mutex
	stacks []StackPlan
	latest map[platform.Stack]StackProgress
	// known and took are the usual and the observed seconds of finished resources.
	known, took float64
}

func newForecast(stacks []StackPlan) *forecast {
	return &forecast{stacks: stacks, latest: map[platform.Stack]StackProgress{}}
}

// learnFrom is the least usual time of a resource that says something about the
// pace, in seconds: those of shorter ones are mostly polling.
const learnFrom = 10

func (f *forecast) observe(r ResourceProgress, verb string) {
	known := usual(r.Type, verb == "CREATE")
	if known < learnFrom || verb == "DELETE" {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known += known
	f.took += r.Took.Seconds()
}

// remaining takes note of a stack's state and gives the expected time left, 0 when
// nothing is known yet.
func (f *forecast) remaining(p StackProgress, now time.Time) time.Duration {
	if f == nil {
		return 0
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.latest[p.Stack] = p
	rest := map[platform.Stack]time.Duration{}
	for _, planned := range f.stacks {
		rest[planned.Stack] = f.rest(planned, now)
	}
	return longestPath(f.stacks, rest)
}

func (f *forecast) rest(planned StackPlan, now time.Time) time.Duration {
	p := f.latest[planned.Stack]
	expected := planned.Estimate
	if f.known > 0 {
		expected = time.Duration(float64(expected) * f.took / f.known)
	}
	switch {
	case p.State.Final():
		return 0
	case p.Started.IsZero():
		return expected
	}
	return max(0, expected-now.Sub(p.Started))
}
