package queues_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

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

// mortal is an SQS whose caller is killed after so many calls: nothing comes after.
type mortal struct {
	queues.SQS
	left int
}

func (m *mortal) ReceiveMessage(ctx context.Context, in *sqs.ReceiveMessageInput, o ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error) {
	out, err := m.SQS.ReceiveMessage(ctx, in, o...)
	m.live()
	return out, err
}

func (m *mortal) ChangeMessageVisibilityBatch(ctx context.Context, in *sqs.ChangeMessageVisibilityBatchInput, o ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error) {
	out, err := m.SQS.ChangeMessageVisibilityBatch(ctx, in, o...)
	m.live()
	return out, err
}

func (m *mortal) live() {
	if m.left--; m.left == 0 {
		panic(killed{})
	}
}

// TestAKilledPeekGivesBackWithinItsHold kills it after each of its calls in turn, also
// of those that renew what it holds and that give back.
func TestAKilledPeekGivesBackWithinItsHold(t *testing.T) {
	const messages, hold = 35, 30 * time.Second
	survived, after := false, 0
	for !survived {
		after++
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.fill(w.dead, messages)
			func() {
				defer func() {
					if thrown := recover(); thrown != nil && thrown != any(killed{}) {
						panic(thrown)
					}
				}()
				for range w.queues(&mortal{w.sqs, after}, "").Peek(t.Context(), email.DeadLetter(), queues.PeekOptions{}) {
					time.Sleep(time.Second) // as a reader does
				}
				survived = true
			}()
			if status, err := w.queues(nil, "").Status(t.Context(), email.DeadLetter()); err != nil || status.Messages() != messages || survived && status.InFlight > 0 {
				t.Errorf("killed after call %d: %+v, %v", after, status, err)
			}
			time.Sleep(hold)
			again := w.visible(w.dead)
			for id, receives := range again { // the last one is ours
				if receives != "1" && receives != "2" {
					t.Errorf("killed after call %d: %s was received %s times", after, id, receives)
				}
			}
			if len(again) != messages {
				t.Errorf("killed after call %d: %d of %d are visible %s later", after, len(again), messages, hold)
			}
		})
	}
	t.Logf("a peek of %d messages, read slowly, was killed after each of its %d calls", messages, after-1)
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
