package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/keyvex/keyvex/lambdas/store"
)

var job = store.Job{ID: "j-1", UserID: "u-1", ToolID: "t-1", Kind: "chat", Provider: "openai", Model: "gpt"}

func claim(t *testing.T, table *store.Table, message string, receive int, now time.Time, want store.JobStatus) store.JobRecord {
	t.Helper()
	got, err := table.ClaimJob(t.Context(), job, store.Claim{MessageID: message, Receive: receive, Until: now.Add(15 * time.Minute)}, now)
	if err != nil || got.Status != want {
		t.Fatalf("message %s, receive %d, at %s: %+v, %v; want %s", message, receive, now.Format(time.TimeOnly), got, err, want)
	}
	return got
}

func TestAJobIsClaimedByOneMessageAtATime(t *testing.T) {
	eachDynamoDB(t, func(t *testing.T, table *store.Table) {
		claim(t, table, "a", 1, noon, store.JobClaimed)
		claim(t, table, "a", 1, noon, store.JobClaimed) // the same claimant, whose answer was lost
		if busy := claim(t, table, "b", 1, noon.Add(time.Minute), store.JobBusy); !busy.Until.Equal(noon.Add(15 * time.Minute)) {
			t.Errorf("busy until %v", busy.Until)
		}
		claim(t, table, "a", 2, noon.Add(time.Minute), store.JobClaimed)     // its earlier invocation is over
		claim(t, table, "a", 1, noon.Add(2*time.Minute), store.JobBusy)      // which does not get it back
		claim(t, table, "b", 2, noon.Add(16*time.Minute+1), store.JobBusy)   // the claim's last second
		claim(t, table, "b", 3, noon.Add(17*time.Minute), store.JobClaimed)  // the claim is over
		claim(t, table, "a", 9, noon.Add(18*time.Minute), store.JobBusy)     // another message's now
		claim(t, table, "c", 1, noon.Add(31*24*time.Hour), store.JobClaimed) // forgotten, though not removed yet
	})
}

func TestAMessageThatIsNoJobTakesNoneFromAnother(t *testing.T) {
	eachDynamoDB(t, func(t *testing.T, table *store.Table) {
		unknown := func(message string, now time.Time, want store.JobStatus) {
			t.Helper()
			got, err := table.ClaimUnknownJob(t.Context(), job, store.Claim{MessageID: message, Receive: 1, Until: now.Add(time.Minute)}, now)
			if err != nil || got.Status != want {
				t.Errorf("message %s at %s: %+v, %v; want %s", message, now.Format(time.TimeOnly), got, err, want)
			}
		}
		unknown("bad", noon, store.JobClaimed)
		unknown("bad", noon.Add(time.Hour), store.JobClaimed)
		claim(t, table, "a", 1, noon.Add(2*time.Hour), store.JobClaimed)
		unknown("bad", noon.Add(2*time.Hour), store.JobBusy)
		unknown("bad", noon.Add(24*time.Hour), store.JobBusy) // the claim is over, the job rests in its queue
		claim(t, table, "a", 2, noon.Add(25*time.Hour), store.JobClaimed)
	})
}

func TestADoubtIsOnTheSessionUntilTheAnswer(t *testing.T) {
	eachDynamoDB(t, func(t *testing.T, table *store.Table) {
		said := func(want string) {
			t.Helper()
			if session, err := table.Session(t.Context(), job.Session()); err != nil || session.LastError != want || session.LastJobID != job.ID {
				t.Errorf("session %+v, %v; want %q", session, err, want)
			}
		}
		if err := table.DoubtJob(t.Context(), job, "tried in vain", noon); err != nil {
			t.Fatal(err)
		}
		said("tried in vain")
		if err := table.AnswerJob(t.Context(), job, store.Answer{}, noon); err != nil {
			t.Fatal(err)
		}
		said("")
		foreign := store.Job{ID: "j-2", UserID: "u-2", SessionID: job.Session()}
		if err := table.DoubtJob(t.Context(), foreign, "not theirs", noon); !errors.Is(err, store.ErrForeignSession) {
			t.Errorf("doubted: %v", err)
		}
		said("")
	})
}

func TestAnAnswerIsStoredOnceWithItsSession(t *testing.T) {
	eachDynamoDB(t, func(t *testing.T, table *store.Table) {
		claim(t, table, "a", 1, noon, store.JobClaimed)
		// Two-byte characters: a cut in the middle of one would show.
		long := strings.Repeat("ä", 500_000)
		answer := store.Answer{Prompt: "why?", Text: long, InputTokens: 3, OutputTokens: 7, SecretVersion: "v1"}
		if err := table.AnswerJob(t.Context(), job, answer, noon.Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		if err := table.AnswerJob(t.Context(), job, answer, noon.Add(time.Minute)); !errors.Is(err, store.ErrSettled) {
			t.Errorf("answered again: %v", err)
		}
		if err := table.RefuseJob(t.Context(), job, "no", noon.Add(time.Minute)); !errors.Is(err, store.ErrSettled) {
			t.Errorf("refused after its answer: %v", err)
		}
		record := claim(t, table, "b", 1, noon.Add(time.Hour), store.JobAnswered)
		if stored, err := table.StoredAnswer(t.Context(), job, record); err != nil || stored.Text != long || stored.OutputTokens != 7 {
			t.Errorf("stored: %d bytes, %d tokens, %v", len(stored.Text), stored.OutputTokens, err)
		}
		messages, err := table.Messages(t.Context(), job.Session())
		if err != nil || len(messages) != 2 || messages[0].Text != "why?" || messages[0].Role != store.RoleUser || messages[1].Text != long {
			t.Errorf("%d messages, %v", len(messages), err)
		}
		session, err := table.Session(t.Context(), job.Session())
		want := store.Session{
			ID: "j-1", UserID: "u-1", ToolID: "t-1", Kind: "chat", Provider: "openai", Model: "gpt", LastJobID: "j-1",
			Messages: 2, InputTokens: 3, OutputTokens: 7, CreatedAt: noon.Add(time.Second), UpdatedAt: noon.Add(time.Second),
		}
		if err != nil || session != want {
			t.Errorf("session %+v, %v", session, err)
		}
	})
}

func TestARefusalIsOnTheSessionAndKeptForRedeliveries(t *testing.T) {
	eachDynamoDB(t, func(t *testing.T, table *store.Table) {
		claim(t, table, "a", 1, noon, store.JobClaimed)
		if err := table.RefuseJob(t.Context(), job, "too long", noon); err != nil {
			t.Fatal(err)
		}
		if record := claim(t, table, "a", 2, noon, store.JobRefused); record.Reason != "too long" {
			t.Errorf("refused for %q", record.Reason)
		}
		claim(t, table, "redriven", 1, noon, store.JobClaimed)
		claim(t, table, "another", 1, noon, store.JobBusy)
		if err := table.RefuseJob(t.Context(), job, "too long", noon); err != nil {
			t.Fatal(err)
		}
		claim(t, table, "redriven", 2, noon, store.JobRefused)
		if session, err := table.Session(t.Context(), "j-1"); err != nil || session.LastError != "too long" || session.Messages != 0 {
			t.Errorf("session %+v, %v", session, err)
		}
	})
}

func TestNobodyWritesToAnotherUsersSession(t *testing.T) {
	eachDynamoDB(t, func(t *testing.T, table *store.Table) {
		if err := table.AnswerJob(t.Context(), job, store.Answer{Prompt: "mine"}, noon); err != nil {
			t.Fatal(err)
		}
		foreign := store.Job{ID: "j-2", UserID: "u-2", SessionID: job.Session(), Kind: "chat"}
		if _, err := table.ClaimJob(t.Context(), foreign, store.Claim{MessageID: "m", Receive: 1}, noon); err != nil {
			t.Fatal(err)
		}
		if err := table.AnswerJob(t.Context(), foreign, store.Answer{Prompt: "theirs"}, noon); !errors.Is(err, store.ErrForeignSession) {
			t.Errorf("answered: %v", err)
		}
		if err := table.RefuseJob(t.Context(), foreign, "not yours", noon); err != nil {
			t.Errorf("refused: %v", err)
		}
		record, err := table.ClaimJob(t.Context(), foreign, store.Claim{MessageID: "m", Receive: 2}, noon)
		if err != nil || record.Status != store.JobRefused {
			t.Errorf("%+v, %v", record, err)
		}
		if messages, err := table.Messages(t.Context(), job.Session()); err != nil || len(messages) != 2 {
			t.Errorf("%d messages, %v", len(messages), err)
		}
		if session, _ := table.Session(t.Context(), job.Session()); session.UserID != "u-1" || session.LastError != "" {
			t.Errorf("session %+v", session)
		}
	})
}

func TestSessionsAreListedTheLastUsedFirst(t *testing.T) {
	eachDynamoDB(t, func(t *testing.T, table *store.Table) {
		for n, id := range []string{"s-1", "s-2", "s-1"} {
			j := store.Job{ID: string(rune('a' + n)), UserID: "u-1", ToolID: "t-1", SessionID: id}
			if err := table.AnswerJob(t.Context(), j, store.Answer{}, noon.Add(time.Duration(n)*time.Second)); err != nil {
				t.Fatal(err)
			}
		}
		sessions, err := table.SessionsOf(t.Context(), "u-1")
		if err != nil || len(sessions) != 2 || sessions[0].ID != "s-1" || sessions[0].Messages != 4 || sessions[1].ID != "s-2" {
			t.Errorf("%+v, %v", sessions, err)
		}
		about, err := table.SessionsOfTool(t.Context(), "t-1")
		if err != nil || len(about) != 2 || !about[0].CreatedAt.Equal(noon) {
			t.Errorf("%+v, %v", about, err)
		}
	})
}

func TestAnAnswerBeyondATransactionIsRefused(t *testing.T) {
	table := store.New(nil, "main")
	err := table.AnswerJob(t.Context(), job, store.Answer{Text: strings.Repeat("x", 2<<20)}, noon)
	if !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("got %v", err)
	}
}

func TestAReleasedJobSaysWhyAndMayBeClaimedByAnotherMessage(t *testing.T) {
	eachDynamoDB(t, func(t *testing.T, table *store.Table) {
		claim(t, table, "a", 5, noon, store.JobClaimed)
		if err := table.ReleaseJob(t.Context(), job, "the provider is busy", noon); err != nil {
			t.Fatal(err)
		}
		if session, err := table.Session(t.Context(), job.Session()); err != nil || session.LastError != "the provider is busy" {
			t.Errorf("session %+v, %v", session, err)
		}
		claim(t, table, "b", 1, noon, store.JobClaimed)
	})
}
