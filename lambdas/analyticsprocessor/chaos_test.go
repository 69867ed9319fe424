package analyticsprocessor_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/sandbox/oracle/maintable"
	"github.com/keyvex/keyvex/lambdas/store"
)

// Whatever dies where and however often messages come, each interaction is in the
// table once and counted once, on its day, and the copies agree.
func TestEachInteractionCountsOnceUnderRedeliveriesAndDeaths(t *testing.T) {
	client := maintable.New(t)
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		run++
		queue := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) event {
			return event{
				id:   rapid.IntRange(1, 6).Draw(r, "id"),
				tool: fmt.Sprintf("t%d-%d", run, rapid.IntRange(1, 2).Draw(r, "tool")),
			}
		}), 1, 20).Draw(r, "events")
		m := &maintable.Mortal{Client: client, Dies: func() bool { return rapid.IntRange(0, 4).Draw(r, "dies") == 0 }}
		b := newBench(store.New(m, maintable.Name))
		pending := slices.Clone(queue)
		for round := 0; len(pending) > 0; round++ {
			if round == 30 {
				m.Dies = func() bool { return false } // the queue's last delivery is a quiet one
			}
			m.Dead = false
			n := rapid.IntRange(1, min(10, len(pending))).Draw(r, "batch")
			var bodies []string
			for _, e := range pending[:n] {
				bodies = append(bodies, e.body())
			}
			back := b.handle(t, bodies...)
			var again []event
			for i, e := range pending[:n] {
				// A death takes the answer with it, and the whole batch comes again.
				if m.Dead || slices.Contains(back, fmt.Sprint(i)) || rapid.IntRange(0, 5).Draw(r, "again") == 0 && round < 30 {
					again = append(again, e)
				}
			}
			pending = append(pending[n:], again...)
		}
		judge(r, store.New(client, maintable.Name), b.counters, queue)
	})
}

// event is an interaction; everything about it follows from its id.
type event struct {
	id   int
	tool string
}

func (e event) at() time.Time {
	return time.Date(2026, 11, 22+e.id%2, 23, 59, 59, e.id, time.UTC)
}

func (e event) kind() string { return []string{"view", "submit.form", "share_2"}[e.id%3] }

func (e event) body() string {
	return fmt.Sprintf(`{"version":1,"interactionId":"i-%d","toolId":"%s","type":"%s","occurredAt":"%s"}`, e.id, e.tool, e.kind(), e.at().Format(time.RFC3339Nano))
}

func judge(r *rapid.T, table *store.Table, copies *counters, queue []event) {
	want := map[string]store.Daily{}
	seen := map[event]bool{}
	for _, e := range queue {
		if seen[e] {
			continue
		}
		seen[e] = true
		date := e.at().Format(time.DateOnly)
		d, ok := want[date+" "+e.tool]
		if !ok {
			d = store.Daily{Date: date, ToolID: e.tool, ByType: map[string]int{}}
		}
		d.Total++
		d.ByType[e.kind()]++
		want[date+" "+e.tool] = d
	}
	stored := 0
	for name, d := range want {
		got, err := table.Daily(r.Context(), d.Date, d.ToolID)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(d) {
			r.Fatalf("%s: counted %+v, %v; want %+v", name, got, err, d)
		}
		if fmt.Sprint(copies.days[name]) != fmt.Sprint(d) {
			r.Fatalf("%s: copied %+v, want %+v", name, copies.days[name], d)
		}
		from, _ := time.Parse(time.DateOnly, d.Date)
		for _, err := range table.Interactions(r.Context(), d.ToolID, from, from.AddDate(0, 0, 1)) {
			if err != nil {
				r.Fatal(err)
			}
			stored++
		}
	}
	if stored != len(seen) {
		r.Fatalf("%d interactions stored, want %d", stored, len(seen))
	}
}
