package invocation

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/problem"
)

// Choice says which invocations are wanted. The zero value wants all.
type Choice struct {
	Failed bool
	Cold   bool
	// Slower leaves out what is not slower; the zero Threshold leaves out nothing.
	Slower Threshold
	// ID is that of a job, an interaction or a lead.
	ID string
}

// Threshold is a duration, or a percentile of each function's own durations.
type Threshold struct {
	Duration time.Duration
	// Percent is from above 0 to below 100; 0 for a fixed duration.
	Percent float64
}

// ParseThreshold reads "20s" or "p95". An error is a usage problem.
func ParseThreshold(text string) (t Threshold, err error) {
	if rest, ok := strings.CutPrefix(strings.ToLower(text), "p"); ok {
		t.Percent, err = strconv.ParseFloat(rest, 64)
		if err == nil && t.Percent > 0 && t.Percent < 100 {
			return t, nil
		}
	} else if t.Duration, err = time.ParseDuration(text); err == nil && t.Duration > 0 {
		return t, nil
	}
	return Threshold{}, problem.New(problem.Usage, "--slower-than cannot be %q", text).WithHint("a duration as 20s, or a percentile as p95")
}

// Choose gives those that are wanted, in the same order. A percentile is of all that
// are given, so that it does not depend on what else is asked for.
func Choose(all []*Invocation, c Choice) []*Invocation {
	bounds := c.Slower.bounds(all)
	var out []*Invocation
	for _, i := range all {
		if c.Failed && !i.Outcome.Failed() || c.Cold && !i.Cold || i.Took() <= bounds[i.Function] && c.Slower != (Threshold{}) ||
			c.ID != "" && !slices.Contains(i.IDs, c.ID) {
			continue
		}
		out = append(out, i)
	}
	return out
}

// bounds is for each function what an invocation must be slower than.
func (t Threshold) bounds(all []*Invocation) map[string]time.Duration {
	durations := map[string][]time.Duration{}
	for _, i := range all {
		durations[i.Function] = append(durations[i.Function], i.Took())
	}
	bounds := map[string]time.Duration{}
	for function, of := range durations {
		bounds[function] = t.Duration
		if t.Percent > 0 {
			bounds[function] = Percentile(of, t.Percent)
		}
	}
	return bounds
}

// Percentile is the smallest of the durations that so many percent are not above. It
// puts them in order.
func Percentile(durations []time.Duration, percent float64) time.Duration {
	if len(durations) == 0 {
		return 0
	}
	slices.Sort(durations)
	rank := int(math.Ceil(percent / 100 * float64(len(durations))))
	return durations[min(max(rank, 1), len(durations))-1]
}

// Orders lists what invocations can be sorted by.
var Orders = []string{"start", "duration", "billed", "memory", "init", "function", "outcome"}

// Sort puts invocations in order: the earliest start first, of figures the largest,
// of words the first; those alike by their start. It reports whether it knows the order.
func Sort(all []*Invocation, by string) bool {
	figure := func(of func(*Invocation) int64) func(a, b *Invocation) int {
		return func(a, b *Invocation) int { return cmp.Compare(of(b), of(a)) }
	}
	orders := map[string]func(a, b *Invocation) int{
		"start":    func(*Invocation, *Invocation) int { return 0 },
		"duration": figure(func(i *Invocation) int64 { return int64(i.Took()) }),
		"billed":   figure(func(i *Invocation) int64 { return int64(i.Billed) }),
		"memory":   figure(func(i *Invocation) int64 { return int64(i.UsedMB) }),
		"init":     figure(func(i *Invocation) int64 { return int64(i.Init) }),
		"function": func(a, b *Invocation) int { return strings.Compare(a.Function, b.Function) },
		"outcome": func(a, b *Invocation) int {
			return cmp.Compare(slices.Index(Outcomes, b.Outcome), slices.Index(Outcomes, a.Outcome))
		},
	}
	order, ok := orders[by]
	if ok {
		slices.SortStableFunc(all, func(a, b *Invocation) int {
			return cmp.Or(order(a, b), a.Start.Compare(b.Start), strings.Compare(a.RequestID, b.RequestID))
		})
	}
	return ok
}
