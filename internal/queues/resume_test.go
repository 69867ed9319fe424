package queues_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyvex/keyvex/internal/queues"
)

// cutOff begins a redrive and leaves it after so many messages.
func (w *world) cutOff(o queues.RedriveOptions, after int) {
	ctx, cancel := context.WithCancel(w.ctx())
	defer cancel()
	for e := range w.queues(nil, "").Redrive(ctx, email, o) {
		if e.Moved >= after {
			return
		}
	}
}

func TestAResumedRedriveDoesAllThatWasAskedForAndNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 100)
		bodies := map[string]string{}
		var last string
		for m, err := range w.queues(nil, "").Peek(t.Context(), email.DeadLetter(), queues.PeekOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			last = m.ID
		}
		bodies[last] = `{"kind":"repaired"}`
		since := time.Now().Add(-time.Hour).UTC()
		w.cutOff(queues.RedriveOptions{Selection: queues.Selection{Where: where(t, "body.kind = tool"), Since: since, Max: 30}, Label: "body.kind = tool", Bodies: bodies}, 10)

		left, found, err := w.queues(nil, "").Unfinished(email.DeadLetter())
		if err != nil || !found || left.Plan.Where != "body.kind = tool" || left.Plan.Max != 30 || !left.Plan.Since.Equal(since) || !maps.Equal(left.Plan.Bodies, bodies) {
			t.Fatalf("%+v, %v, %v", left, found, err)
		}
		o, err := left.Plan.Options()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := redriveAll(t.Context(), w.queues(nil, ""), o); err != nil {
			t.Error(err)
		}
		arrived := w.drain(w.source)
		if len(arrived) != 30 {
			t.Errorf("%d moved, not 30", len(arrived))
		}
		for body := range arrived {
			if !strings.Contains(body, "tool") && !strings.Contains(body, "repaired") {
				t.Errorf("%s was moved", body)
			}
		}
	})
}

func TestAResumedRedriveDoesNotLookForWhatItHasMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 30)
		ids := map[string]bool{}
		for m, err := range w.queues(nil, "").Peek(t.Context(), email.DeadLetter(), queues.PeekOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			ids[m.ID] = true
		}
		w.cutOff(queues.RedriveOptions{Selection: queues.Selection{IDs: ids}}, 10)
		left, _, err := w.queues(nil, "").Unfinished(email.DeadLetter())
		if err != nil || len(left.Plan.IDs) != 30 {
			t.Fatalf("%+v, %v", left, err)
		}
		o, _ := left.Plan.Options()
		if _, err := redriveAll(t.Context(), w.queues(nil, ""), o); err != nil {
			t.Error(err)
		}
		if moved := len(w.drain(w.source)); moved != 30 {
			t.Errorf("%d moved", moved)
		}
	})
}
