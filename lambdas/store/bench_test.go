package store_test

import (
	"fmt"
	"testing"

	"github.com/keyvex/keyvex/internal/sandbox/oracle/maintable"
	"github.com/keyvex/keyvex/lambdas/store"
)

// A batch of the analytics queue: ten interactions and their day in one transaction.
func BenchmarkAddTenInteractions(b *testing.B) {
	table := store.New(maintable.New(b), maintable.Name)
	for n := 0; b.Loop(); n++ {
		var ten []store.Interaction
		for i := range 10 {
			ten = append(ten, store.Interaction{ID: fmt.Sprintf("%d-%d", n, i), ToolID: "t", Type: "view", OccurredAt: noon})
		}
		if _, err := table.AddInteractions(b.Context(), ten); err != nil {
			b.Fatal(err)
		}
	}
}

// A job's two writes: the claim, and the answer with its session.
func BenchmarkClaimAndAnswer(b *testing.B) {
	table := store.New(maintable.New(b), maintable.Name)
	for n := 0; b.Loop(); n++ {
		j := store.Job{ID: fmt.Sprint("j-", n), UserID: "u", Kind: "chat"}
		if _, err := table.ClaimJob(b.Context(), j, store.Claim{MessageID: "m", Receive: 1, Until: noon}, noon); err != nil {
			b.Fatal(err)
		}
		if err := table.AnswerJob(b.Context(), j, store.Answer{Prompt: "why", Text: "so"}, noon); err != nil {
			b.Fatal(err)
		}
	}
}
