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
	time.Sleep(5 * time.Second) // the notice of the picture before stays that long
	var text []byte
	s.press("S").until("no picture of what is", func(string) bool {
		written, _ := filepath.Glob(filepath.Join(s.h.dir, "keyvex-local-*.svg"))
		if len(written) == 1 {
			text, _ = os.ReadFile(written[0])
		}
		return strings.HasSuffix(string(text), "</svg>\n") && os.Remove(written[0]) == nil
	})
	if err := os.WriteFile(filepath.Join(folder, name+".svg"), text, 0o644); err != nil {
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
	s.sees("BROKEN", "ai-processing: 1 dead", "planted by the demo: press enter")
	if os.Getenv("KEYVEX_SCREENS") != "" { // CloudWatch has figures once a minute is over
		s.within(2*time.Minute, "it has no figures", func(shown string) bool { return strings.Contains(shown, "● analytics-processor") })
	}
	s.sees("planted by the demo: press enter").picture("overview")
	s.press("Enter").sees("1 dead letter", ": bad request").picture("dead-letter")
	s.press("a").sees("redrive 1 dead letter to ai-processing").picture("actions")
	s.press("Enter").sees("no dead letters")
	s.leaves("no dead letters")
	s.within(3*time.Minute, "it is not healthy", func(shown string) bool { return strings.Contains(shown, "HEALTHY") })
	s.press("3").sees("Logs", "ai-processor").picture("logs")
	s.press("2").sees("metrics of").press("Enter").sees("ai-processor.invocations", "last 3h").picture("metrics")
	s.press("1").sees("HEALTHY").press("q").sees("ended with 0", "keyvex local down")
}
