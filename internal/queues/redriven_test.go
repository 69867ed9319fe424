package queues_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyvex/keyvex/internal/queues"
)

func TestRedrivesOfThisMachineAreListedByTheirJournals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		q := w.queues(nil, "")
		q.By = "alice"
		if found, err := w.queues(nil, filepath.Join(w.folder, "none")).Redrives(time.Time{}); err != nil || len(found) != 0 {
			t.Errorf("without a folder: %+v, %v", found, err)
		}
		w.fill(w.dead, 7)
		began := time.Now()
		if _, err := redriveAll(t.Context(), q, queues.RedriveOptions{Selection: queues.Selection{IDs: ids(t, q)}}); err != nil {
			t.Fatal(err)
		}
		// Another environment's, one that is torn, and somebody else's file.
		for name, text := range map[string]string{
			"other-email-dlq.redrive.jsonl":    `{"time":"2000-01-01T00:00:00Z","op":"begin"}`,
			"test-analytics-dlq.redrive.jsonl": `{"time":"2000-01-01T05:00:00Z","op":"begin"}` + "\n" + `{"time":"2000-01-01T05:00:01Z","op":"sent","ids":["a"]}` + "\n" + `{"ti`,
			"notes.txt":                        "x",
		} {
			if err := os.WriteFile(filepath.Join(w.folder, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		found, err := q.Redrives(began)
		if err != nil || len(found) != 2 {
			t.Fatalf("%+v, %v", found, err)
		}
		for _, r := range found {
			switch r.Name.String() {
			case "email":
				if r.Sent != 7 || r.By != "alice" || r.Ended.IsZero() || r.Began.Before(began) {
					t.Errorf("%+v", r)
				}
			case "analytics":
				if r.Sent != 1 || r.By != "" || !r.Ended.IsZero() {
					t.Errorf("%+v", r)
				}
			}
		}
		if later, err := q.Redrives(time.Now().Add(24 * time.Hour)); err != nil || len(later) != 0 {
			t.Errorf("%+v, %v", later, err)
		}
	})
}

// ids are those of all dead letters: a redrive of some is keyvex's own, with a journal.
func ids(t *testing.T, q *queues.Queues) (out map[string]bool) {
	t.Helper()
	out = map[string]bool{}
	for m, err := range q.Peek(t.Context(), email.DeadLetter(), queues.PeekOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		out[m.ID] = true
	}
	return out
}
