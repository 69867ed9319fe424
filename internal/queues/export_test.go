package queues_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/keyvex/keyvex/internal/queues"
)

func TestAnExportIsCarriedOnAndComesBackByAnImport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		bodies := w.fill(w.dead, 25)
		q, file := w.queues(nil, ""), filepath.Join(t.TempDir(), "dead.jsonl")
		for n, err := range q.Export(t.Context(), email.DeadLetter(), file, queues.PeekOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			if n == 12 { // cut off
				break
			}
		}
		cut, _ := os.ReadFile(file)
		if err := os.WriteFile(file, cut[:len(cut)-7], 0o600); err != nil { // in the middle of a line
			t.Fatal(err)
		}
		last := 0
		for n, err := range q.Export(t.Context(), email.DeadLetter(), file, queues.PeekOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			last = n
		}
		text, _ := os.ReadFile(file)
		if last != 25 || strings.Count(string(text), "\n") != 25 {
			t.Errorf("%d messages, %d lines", last, strings.Count(string(text), "\n"))
		}
		var state queues.Imported
		for s, err := range q.Import(t.Context(), email, strings.NewReader(string(text)), 5) {
			if err != nil {
				t.Fatal(err)
			}
			state = s
		}
		arrived := w.drain(w.source)
		if state.Line != 25 || state.Sent != 20 || len(state.Doubtful)+len(state.Refused) != 0 || len(arrived) != 20 {
			t.Errorf("%+v, %d arrived", state, len(arrived))
		}
		for body := range arrived {
			if !strings.Contains(strings.Join(bodies, "\n"), body) {
				t.Errorf("%s was never sent", body)
			}
		}
	})
}

func TestALineThatIsNoMessageStopsAnImportAndIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var last queues.Imported
		var failure error
		for s, err := range w.queues(nil, "").Import(t.Context(), email, strings.NewReader("{\"body\":\"a\"}\n{\"body\":\"b\"}\nnonsense\n"), 0) {
			last, failure = s, err
		}
		if failure == nil || !strings.Contains(failure.Error(), "line 3") || last.Line != 2 {
			t.Errorf("%+v, %v", last, failure)
		}
	})
}

func TestErrorsThatDifferInTheirIdsAreOneCause(t *testing.T) {
	for text, want := range map[string]string{
		"openai 401 Unauthorized (request req_8a7b6c5d4e)":                      "openai 401 Unauthorized (request #)",
		"item 42 of user 5f2b8c1e-1234-4cde-9abc-0123456789ab is gone after 3s": "item # of user # is gone after #s",
	} {
		if got := queues.Fingerprint(text); got != want {
			t.Errorf("%q", got)
		}
	}
}
