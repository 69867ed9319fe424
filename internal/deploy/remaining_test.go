package deploy

import (
	"testing"
	"testing/synctest"
)

// What is said to remain is never negative, and nothing at the end.
func TestTheTimeRemainingIsHonest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocal(t, "dev", 60)
		got := l.must(l.deploy(t.Context(), l.release("1"), Options{}))
		began, last := got.events[0].Time, got.events[0].Remaining
		for _, e := range got.events {
			if e.Remaining < 0 {
				t.Errorf("%s at %s", e.Remaining, e.Time.Sub(began))
			}
			if e.Kind == StackEvent {
				last = e.Remaining
			}
		}
		if last != 0 {
			t.Errorf("%s remain at the end", last)
		}
	})
}
