package acceptance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// picture has the console write what it shows, where make screenshots asks for it.
func (s *screen) picture(name string) {
	s.h.t.Helper()
	folder := os.Getenv("KEYVEX_SCREENS")
	if folder == "" {
		return
	}
	time.Sleep(200 * time.Millisecond) // a notice, a spinner: let it come to rest
	var written []string
	s.press("S").until("no picture of what is", func(string) bool {
		written, _ = filepath.Glob(filepath.Join(s.h.dir, "keyvex-local-*.svg"))
		return len(written) == 1
	})
	text, err := os.ReadFile(written[0])
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".svg"), text, 0o644)
	}
	if err != nil {
		s.h.t.Fatal(err)
	}
	if err := os.Remove(written[0]); err != nil {
		s.h.t.Fatal(err)
	}
}

// The first minute: what make demo ends in on a terminal. The dead letter that it
// plants is found by the verdict, explained, redriven and answered, in three keys.
func TestTheDemoIsHealedInThreeKeys(t *testing.T) {
	t.Parallel()
	needs(t, "tmux", "the demo is not played in a real terminal")
	h := quick(t)
	h.must("deploy", "-e", "local", "--yes")
	h.must("local", "traffic", "--for", "15s", "--poison", "--errors", "0")
	s := h.open(100, 30, "tui", "-e", "local", "--demo")
	s.sees("BROKEN", "ai-processing: 1 dead", "planted by the demo: press enter").picture("overview")
	s.press("Enter").sees("1 dead letter", ": bad request").picture("dead-letter")
	s.press("a").sees("redrive 1 dead letter to ai-processing").picture("actions")
	s.press("Enter").sees("no dead letters")
	s.leaves("no dead letters")
	s.within(3*time.Minute, "it is not healthy", func(shown string) bool { return strings.Contains(shown, "HEALTHY") })
	s.press("q").sees("ended with 0", "keyvex local down")
}
