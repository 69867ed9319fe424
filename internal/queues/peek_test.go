package queues_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/queues/filter"
)

func where(t testing.TB, text string) filter.Expr {
	expr, err := filter.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return expr
}

func TestAPeekShowsEachMessageOnceAndLeavesTheQueueAsItWas(t *testing.T) {
	for name, o := range map[string]queues.PeekOptions{
		"whole":    {},
		"first 7":  {Selection: queues.Selection{Max: 7}},
		"selected": {Selection: queues.Selection{Where: where(t, "body.kind = tool and attr.n >= 3")}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.fill(w.dead, 57)
				q, met := w.queues(nil, ""), map[string]bool{}
				for m, err := range q.Peek(t.Context(), email.DeadLetter(), o) {
					if err != nil {
						t.Fatal(err)
					}
					if met[m.ID] {
						t.Errorf("%s came twice", m.ID)
					}
					met[m.ID] = true
				}
				if want := map[string]int{"whole": 57, "first 7": 7}[name]; want > 0 && len(met) != want {
					t.Errorf("%d messages, not %d", len(met), want)
				}
				after := w.visible(w.dead)
				if len(after) != 57 {
					t.Errorf("%d of 57 messages are visible afterwards", len(after))
				}
				for id, receives := range after { // ours is the second receive at most
					if receives != "1" && receives != "2" {
						t.Errorf("%s was received %s times", id, receives)
					}
				}
			})
		})
	}
}

func TestAnInterruptedPeekGivesBackAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 40)
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		for range w.queues(nil, "").Peek(ctx, email.DeadLetter(), queues.PeekOptions{}) {
			if n++; n == 15 {
				cancel()
			}
		}
		if after := w.visible(w.dead); len(after) != 40 {
			t.Errorf("%d of 40 messages are visible", len(after))
		}
		cancel()
	})
}

func TestASlowPeekHoldsOnToWhatItShows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 40)
		n := 0
		for _, err := range w.queues(nil, "").Peek(t.Context(), email.DeadLetter(), queues.PeekOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			n++
			time.Sleep(time.Second)
		}
		for id, receives := range w.visible(w.dead) {
			if receives != "2" {
				t.Errorf("%s was received %s times", id, receives)
			}
		}
		if n != 40 {
			t.Errorf("%d messages", n)
		}
	})
}

func TestASourceQueueIsNotPeekedUnasked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.source, 3)
		for _, err := range w.queues(nil, "").Peek(t.Context(), email, queues.PeekOptions{}) {
			if !problem.Is(err, problem.Refused) {
				t.Errorf("%v", err)
			}
		}
		for id, receives := range w.visible(w.source) {
			if receives != "1" {
				t.Errorf("%s was received %s times", id, receives)
			}
		}
	})
}

func TestThousandsAreGivenBackWithinASecond(t *testing.T) {
	w := newWorld(t)
	w.fill(w.dead, 3000)
	var shown time.Time
	for _, err := range w.queues(nil, "").Peek(t.Context(), email.DeadLetter(), queues.PeekOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		shown = time.Now()
	}
	// Two empty long polls of a second come between the last message and the end.
	t.Logf("%s after the last message everything was given back", time.Since(shown))
	if after := w.visible(w.dead); len(after) != 3000 {
		t.Errorf("%d of 3000 messages are visible", len(after))
	}
}
