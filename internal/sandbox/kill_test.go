package sandbox

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
)

// TestKillingAtAnyMomentChangesNothing takes the journal of a deployment of the
// real stacks, of an update and of their deletion as a kill after many of its
// transactions would have left it, and gives the order again: the same stacks and
// live resources as undisturbed, and no more.
func TestKillingAtAnyMomentChangesNothing(t *testing.T) {
	for name, order := range map[string]struct{ before, give func(e *estate) }{
		"deploy": {func(*estate) {}, (*estate).deploy},
		"update": {(*estate).deploy, (*estate).change},
		"delete": {(*estate).deploy, (*estate).destroy},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			e := newEstate(t, Options{Folder: folder}, platform.Development)
			e.bootstrap()
			order.before(e)
			from := len(e.journal(folder))
			order.give(e)
			journal, wanted := e.journal(folder), e.portrait()
			e.leave()
			counts := census(t, folder)
			for _, length := range moments(t, journal, from) {
				again := copied(t, folder, journal[:length])
				e := newEstate(t, Options{Folder: again}, platform.Development)
				e.changes = len(journal) // the first run's change sets may be there
				for _, template := range e.templates() {
					e.quiet(template.Name) // what was under way goes on by itself
				}
				order.give(e)
				if d := differing(wanted, e.portrait()); len(d) > 0 {
					t.Errorf("killed after %d of %d bytes:\n%s", length, len(journal), strings.Join(d, "\n"))
				}
				e.leave()
				if d := differing(counts, census(t, again)); len(d) > 0 {
					t.Errorf("killed after %d of %d bytes: %v", length, len(journal), d)
				}
			}
		})
	}
}

// change gives the stacks other parameters.
func (e *estate) change() {
	e.parameters = map[string]string{"AlarmEmail": "a@example.org", "CorsOrigins": "https://example.org", "ClerkIssuer": "https://clerk.example.org"}
	e.deploy()
}

func (e *estate) leave() {
	e.t.Helper()
	if err := e.Close(); err != nil {
		e.t.Fatal(err)
	}
}

// samples is how many moments of an order are tried. It is a prime, so that no
// rhythm of the journal hides anything.
const samples = 7

// moments are lengths of the journal after some of its transactions from an offset on.
func moments(t *testing.T, journal []byte, from int) []int {
	t.Helper()
	var all, some []int
	for i, b := range journal {
		if b == '\n' && i >= from {
			all = append(all, i+1)
		}
	}
	if len(all) < 50 {
		t.Fatalf("only %d transactions", len(all))
	}
	for i := range samples {
		some = append(some, all[len(all)*i/samples])
	}
	return some
}

func (e *estate) journal(folder string) []byte {
	e.t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, journalFile))
	if err != nil {
		e.t.Fatal(err)
	}
	return bytes.Clone(content)
}

// copied is a folder with everything of another but its journal.
func copied(t *testing.T, folder string, journal []byte) string {
	t.Helper()
	again := t.TempDir()
	if err := os.CopyFS(again, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(again, journalFile), journal, 0o600); err != nil {
		t.Fatal(err)
	}
	return again
}
