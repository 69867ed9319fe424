package aiprocessor_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyvex/keyvex/lambdas/aiprocessor/provider"
	"github.com/keyvex/keyvex/lambdas/store"
)

func TestAJobKilledInItsLastTryHasAReasonOnItsSession(t *testing.T) {
	for receive, want := range map[int]bool{4: false, 5: true} {
		b := newBench()
		b.model.say = func(int, provider.Key) ([]provider.Piece, error) { panic("killed") }
		if !b.once(t, body, receive) || (b.table.reason != "") != want {
			t.Errorf("receive %d: the session says %q", receive, b.table.reason)
		}
	}
}

func TestAnInvalidBodyDoesNotRefuseTheJobWhoseIDItBears(t *testing.T) {
	b, table, stand := whole(t)
	bad := strings.Replace(asking("hello", provider.Anthropic), `"version":1`, `"version":2`, 1)
	if !b.receive(t, "m-1", asking("[[once status 503]]", provider.Anthropic), 1) || !b.receive(t, "m-2", bad, 1) {
		t.Fatal("acknowledged")
	}
	if _, err := table.Session(t.Context(), "s-1"); err == nil {
		t.Error("the session was told")
	}
	if b.receive(t, "m-1", asking("[[once status 503]]", provider.Anthropic), 2) || stand.Calls(provider.Anthropic) != 2 {
		t.Fatalf("not answered: %s", b.log.String())
	}
	if !b.receive(t, "m-2", bad, 2) {
		t.Error("the invalid message was acknowledged")
	}
	if session, err := table.Session(t.Context(), "s-1"); err != nil || session.LastError != "" || session.Messages != 2 {
		t.Errorf("session %+v, %v", session, err)
	}
}

// A second message of a job rests until the claim of the first is over: it loses one
// receive for each claim, and none while a claim lasts.
func TestASecondMessageOfAJobRestsUntilTheClaimIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.table.record = store.JobRecord{Status: store.JobClaimed}
		b.table.claim = store.Claim{MessageID: "another", Receive: 1, Until: time.Now().Add(7 * time.Minute)}
		if !b.once(t, body, 1) || b.queue.rests[0] != 7*60 || b.model.calls != 0 {
			t.Fatalf("rests %v, %d calls", b.queue.rests, b.model.calls)
		}
		b.table.record = store.JobRecord{Status: store.JobAnswered}
		if b.once(t, body, 2) || b.model.calls != 0 {
			t.Fatalf("%d calls: %s", b.model.calls, b.log.String())
		}
	})
}
