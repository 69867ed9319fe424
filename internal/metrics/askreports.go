package metrics

import (
	"context"
	"time"

	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/platform"
)

// ReportFinder reads what Lambda reported of a function's invocations that ended within
// [from, until): one page. Cut tells that there are more.
type ReportFinder func(ctx context.Context, f platform.Function, from, until time.Time) (reports []invocation.Report, cut bool, err error)

// reportWindow is how far back reports are read, as far as the row's other counts go.
const reportWindow = fiveMinutes

// reportFacts are what is known of a function's reports, by the minutes they came in.
type reportFacts struct {
	until   time.Time
	minutes map[int64]reportMinute
}

// reportMinute is what the invocations were like that ended in one minute. Memory is
// the most that one of them used, in percent of what it was given; cut tells that not
// all of them were read.
type reportMinute struct {
	ended, cold int
	memory      float64
	cut         bool
}

// awake are the functions of which there may be reports: those with an invocation, or
// with one that may have gone on until now. The caller holds mu.
func (c *Collector) awake() (functions []platform.Function) {
	for _, f := range platform.Functions {
		l := c.line(name(f, invocations))
		if _, at := l.newest(l.until.Add(-reportWindow-provisional(Resource{KindFunction, string(f)})), l.until); !at.IsZero() {
			functions = append(functions, f)
		}
	}
	return functions
}

// wantsReports reports whether a function is awake.
func (c *Collector) wantsReports() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Reports != nil && len(c.awake()) > 0
}

// askReports reads what Lambda reported in the minutes that have not been read yet, one
// page for each function that is awake.
func (c *Collector) askReports(ctx context.Context) error {
	c.mu.Lock()
	until, before, awake := c.Clock.Now().Truncate(minute), c.reports, c.awake()
	c.reports = map[platform.Function]*reportFacts{}
	for _, f := range awake {
		if c.reports[f] = before[f]; before[f] == nil {
			c.reports[f] = &reportFacts{minutes: map[int64]reportMinute{}}
		}
	}
	asked := c.reports
	c.mu.Unlock()
	for _, f := range awake {
		from := later(asked[f].until, until.Add(-reportWindow))
		if !from.Before(until) {
			continue
		}
		reports, cut, err := c.Reports(ctx, f, from, until)
		c.charge(1, 0)
		if err != nil {
			return err
		}
		c.mu.Lock()
		asked[f].take(reports, cut, until)
		c.mu.Unlock()
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// take adds a page about the minutes before until. Of a page that was cut the last
// minute is not whole, and those after it are not known.
func (r *reportFacts) take(reports []invocation.Report, cut bool, until time.Time) {
	last := r.until
	for _, one := range reports {
		last = one.At.Truncate(minute)
		m := r.minutes[last.Unix()]
		m.ended++
		if one.Cold {
			m.cold++
		}
		if one.MemoryMB > 0 {
			m.memory = max(m.memory, 100*float64(one.UsedMB)/float64(one.MemoryMB))
		}
		r.minutes[last.Unix()] = m
	}
	if cut {
		last = later(last, until.Add(-reportWindow))
		for at := last; at.Before(until); at = at.Add(minute) {
			m := r.minutes[at.Unix()]
			m.cut = true
			r.minutes[at.Unix()] = m
		}
	}
	r.until = until
	for at := range r.minutes {
		if at < until.Add(-reportWindow).Unix() {
			delete(r.minutes, at)
		}
	}
}

// fillReports adds up the minutes that were read last.
func (c *Collector) fillReports(f *Function) {
	facts, total := c.reports[f.Function], reportMinute{}
	if facts == nil {
		return
	}
	for _, m := range facts.minutes {
		total.ended, total.cold = total.ended+m.ended, total.cold+m.cold
		total.memory, total.cut = max(total.memory, m.memory), total.cut || m.cut
	}
	if total.ended > 0 {
		f.ColdStarts, f.Memory = Some(float64(total.cold)), Number{total.memory, total.memory > 0}
	}
	f.ReportsCut = total.cut
}
