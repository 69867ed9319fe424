package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/sandbox/oracle/maintable"
	"github.com/keyvex/keyvex/lambdas/store"
)

// A model of a function that asks a provider between its claim and its answer.
// Whatever dies where, and although two messages carry the same job: once an answer
// is stored nobody asks the provider again, the session has exactly one pair of
// messages, and both messages end.
func TestAJobIsAnsweredOnceUnderRedeliveriesAndDeaths(t *testing.T) {
	client := maintable.New(t)
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		run++
		j := store.Job{ID: fmt.Sprint("j-", run), UserID: "u", Kind: "chat"}
		quiet := store.New(client, maintable.Name)
		m := &maintable.Mortal{Client: client, Dies: func() bool { return rapid.IntRange(0, 3).Draw(r, "dies") == 0 }}
		table := store.New(m, maintable.Name)
		now := noon
		receives := map[string]int{"a": 0, "b": 0}
		for round := 0; len(receives) > 0; round++ {
			if round == 20 {
				m.Dies = func() bool { return false }
			}
			message := rapid.SampledFrom([]string{"a", "b"}).Draw(r, "message")
			if _, waiting := receives[message]; !waiting {
				continue
			}
			receives[message]++
			m.Dead = false
			now = now.Add(time.Duration(rapid.IntRange(1, 600).Draw(r, "seconds")) * time.Second)
			record, err := table.ClaimJob(r.Context(), j, store.Claim{MessageID: message, Receive: receives[message], Until: now.Add(2 * time.Minute)}, now)
			switch {
			case err != nil || record.Status == store.JobBusy:
				continue
			case record.Status == store.JobAnswered:
				if answer, err := quiet.StoredAnswer(r.Context(), j, record); err != nil || answer.Text == "" {
					r.Fatalf("the stored answer: %+v, %v", answer, err)
				}
				delete(receives, message)
				continue
			}
			if stored, _ := quiet.Messages(r.Context(), j.Session()); len(stored) > 0 {
				r.Fatal("the provider is asked although an answer is stored")
			}
			err = table.AnswerJob(r.Context(), j, store.Answer{Prompt: "why", Text: fmt.Sprint(round)}, now)
			if err == nil || errors.Is(err, store.ErrSettled) {
				delete(receives, message)
			}
		}
		messages, err := quiet.Messages(r.Context(), j.Session())
		session, sessionErr := quiet.Session(r.Context(), j.Session())
		if err != nil || sessionErr != nil || len(messages) != 2 || session.Messages != 2 {
			r.Fatalf("%d messages, session %+v, %v, %v", len(messages), session, err, sessionErr)
		}
	})
}

func TestConcurrentTransactionsOnOneDayAllCount(t *testing.T) {
	table := local(t)
	const writers, each = 8, 10
	done := make(chan error)
	for w := range writers {
		go func() {
			var errs []error
			for n := range each {
				_, err := table.AddInteractions(t.Context(), []store.Interaction{{ID: fmt.Sprintf("%d-%d", w, n), ToolID: "t", Type: "view", OccurredAt: noon}})
				errs = append(errs, err)
			}
			done <- errors.Join(errs...)
		}()
	}
	for range writers {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if day, err := table.Daily(t.Context(), "2026-11-22", "t"); err != nil || day.Total != writers*each {
		t.Errorf("counted %+v, %v", day, err)
	}
}
