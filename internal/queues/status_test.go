package queues_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/queues"
)

func TestExamineFindsEachTryWithItsError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.source, 3)
		tries := 0
		w.consumed(func(string) string { tries++; return "openai 401" }, func() { time.Sleep(5 * time.Second) })
		// The consumer deleted them; what the logs say of them is still there.
		logged := w.loggedIDs()
		m := &queues.Message{ID: logged[0], FirstReceived: time.Now().Add(-time.Minute)}
		if err := w.queues(nil, "").Examine(t.Context(), email.DeadLetter(), []*queues.Message{m}); err != nil {
			t.Fatal(err)
		}
		if len(m.Autopsy.Tries) != 1 || m.Autopsy.Error() != "openai 401" || m.Autopsy.Function != platform.EmailProcessor || len(m.Autopsy.Tries[0].Lines) != 2 {
			t.Errorf("%+v", m.Autopsy)
		}
	})
}

func TestWhatAPeekHoldsIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 4)
		q := w.queues(nil, "")
		for range q.Peek(t.Context(), email.DeadLetter(), queues.PeekOptions{}) {
			status, err := q.Status(t.Context(), email.DeadLetter())
			if err != nil || status.HeldByPeek != 4 || status.InFlight != 4 {
				t.Errorf("%+v, %v", status, err)
			}
		}
		if status, err := q.Status(t.Context(), email.DeadLetter()); err != nil || status.HeldByPeek != 0 || status.Ready != 4 {
			t.Errorf("%+v, %v", status, err)
		}
	})
}

func TestMovesOfSQSAreListedWithWhatTheyMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.source, 3)
		w.die()
		q, began := w.queues(nil, ""), time.Now()
		for _, err := range q.Move(t.Context(), email, 0) {
			if err != nil {
				t.Fatal(err)
			}
		}
		got, err := q.Moves(t.Context(), email)
		if err != nil || len(got) != 1 || got[0].Status != "COMPLETED" || got[0].Moved != 3 || !got[0].Started.Equal(began) {
			t.Errorf("%+v, %v; began %v", got, err, began)
		}
	})
}
