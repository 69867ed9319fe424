package acceptance

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// screen is a real terminal, tmux's, with keyvex at it.
type screen struct {
	h      *home
	socket string
}

var screens atomic.Int32

// open starts a command of keyvex in a terminal of that size. When it ends, its exit
// code stands on the screen.
func (h *home) open(width, height int, args ...string) *screen {
	h.t.Helper()
	needs(h.t, "tmux", "the console is not seen in a real terminal")
	s := &screen{h: h, socket: fmt.Sprintf("keyvex-test-%d-%d", os.Getpid(), screens.Add(1))}
	// The shell outlives a Ctrl-C, as one that is typed at does.
	line := "trap : INT; echo typed before; " + binary + " " + strings.Join(args, " ") + `; printf '\nended with %s\n' $?; sleep 600`
	s.tmux("-f", "/dev/null", "new-session", "-d", "-x", fmt.Sprint(width), "-y", fmt.Sprint(height), "-c", h.dir, "sh", "-c", line)
	h.t.Cleanup(func() { _ = exec.Command("tmux", "-L", s.socket, "kill-server").Run() })
	return s
}

func (s *screen) tmux(args ...string) string {
	s.h.t.Helper()
	cmd := exec.Command("tmux", append([]string{"-L", s.socket}, args...)...)
	cmd.Env = append(s.h.env, "LANG=C.UTF-8", "TERM=xterm-256color")
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.h.t.Fatalf("tmux %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// text is what is on the screen.
func (s *screen) text() string { return s.tmux("capture-pane", "-p") }

// press sends keys by tmux's names: "j", "Enter", "Escape", "C-p".
func (s *screen) press(keys ...string) *screen {
	s.h.t.Helper()
	for _, k := range keys {
		s.tmux("send-keys", k)
	}
	return s
}

// sees waits until all of the texts are on the screen.
func (s *screen) sees(texts ...string) *screen {
	s.h.t.Helper()
	for _, text := range texts {
		s.until(fmt.Sprintf("there is no %q", text), func(shown string) bool { return strings.Contains(shown, text) })
	}
	return s
}

// leaves presses Escape and waits until a text is gone: a key that comes right behind
// Escape would be taken for one with Alt.
func (s *screen) leaves(text string) *screen {
	s.h.t.Helper()
	s.press("Escape")
	return s.until(fmt.Sprintf("%q is still there", text), func(shown string) bool { return !strings.Contains(shown, text) })
}

func (s *screen) until(otherwise string, holds func(string) bool) *screen {
	s.h.t.Helper()
	return s.within(time.Minute, otherwise, holds)
}

func (s *screen) within(patience time.Duration, otherwise string, holds func(string) bool) *screen {
	s.h.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		shown := s.text()
		switch {
		case holds(shown):
			return s
		case time.Now().After(deadline):
			s.h.t.Fatalf("%s on the screen:\n%s", otherwise, shown)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (s *screen) resize(width, height int) *screen {
	s.h.t.Helper()
	s.tmux("resize-window", "-x", fmt.Sprint(width), "-y", fmt.Sprint(height))
	return s
}

// The console in a real terminal: it opens, follows the window's size, goes to pages
// and back, and leaves the terminal as it was.
func TestTheConsoleInARealTerminal(t *testing.T) {
	t.Parallel()
	h := quick(t)
	h.must("deploy", "-e", "local", "--yes")
	s := h.open(80, 24, "tui", "-e", "local")
	s.sees("HEALTHY", "ai-processor", "6 of 6", "1 Overview")
	s.resize(120, 40).sees("TOP ERRORS", "consumer")
	s.resize(60, 16).sees("HEALTHY", "stacks ● 6 of 6")
	s.resize(80, 24)
	s.press("?").sees("copy as a command").leaves("copy as a command")
	s.press("C-p", "t", "a", "b", "l", "e", "r", "e", "a", "d").sees("table.reads").press("Enter")
	s.sees("Overview › table.reads", "last 3h").press("=").sees("against yesterday").leaves("last 3h")
	s.press("2").sees("metrics of").leaves("metrics of").sees("HEALTHY")
	s.press("j", "a").sees("pause ai-processor").press("p").sees("[ cancel ]")
	time.Sleep(time.Second) // a dialog takes no key at first
	s.press("Enter").until("the dialog", func(shown string) bool { return !strings.Contains(shown, "[ cancel ]") })
	s.press("q").sees("ended with 0", "keyvex local down")
	if shown := s.text(); strings.Contains(shown, "1 Overview") {
		t.Errorf("the console is still on the screen:\n%s", shown)
	}
}

// What writes a secret is keyvex's own command: it has the terminal, and Ctrl-C, and the
// console comes back behind it.
func TestACommandHasTheConsolesTerminalAndGivesItBack(t *testing.T) {
	t.Parallel()
	h := quick(t)
	h.must("deploy", "-e", "local", "--yes")
	s := h.open(80, 24, "tui", "-e", "local")
	s.press("5").sees("9 keys", "integrations.stripe_secret_key").press("a").sees("set ai.openai_api_key: asks hidden")
	s.press("s").sees("keyvex secrets set ai.openai_api_key -e local", "value, hidden:")
	s.press("C-c").sees("nothing was written", "enter goes back to the console")
	s.press("C-c") // is nobody's here
	s.press("Enter").sees("9 keys", "5 Secrets")
	s.press("6").sees("Monitoring", "6 Stacks").press("Enter").sees("the stack itself")
	s.leaves("the stack itself").press("a").sees("what a deploy of this build would change")
	s.press("c").sees("keyvex diff -e local", "nothing would change", "enter goes back").press("Enter").sees("6 Stacks")
	s.press("1").sees("HEALTHY").press("q").sees("ended with 0")
}

// From the verdict to a healed dead letter in three keys: enter, a, r.
func TestADeadLetterIsHealedInThreeKeys(t *testing.T) {
	t.Parallel()
	h := quick(t)
	h.must("deploy", "-e", "local", "--yes")
	h.must("queues", "send", "email-dlq", `{"version":1,"leadId":"l-1","toolId":"t","email":"lead@example.com"}`, "-e", "local")
	s := h.open(80, 24, "tui", "-e", "local")
	s.sees("email: 1 dead", "enter = the dead letters")
	s.press("Enter").sees("email-dlq: 1 dead letter", `"lead@example.com"`)
	s.press("a").sees("redrive 1 dead letter to email")
	s.press("r").sees("email-dlq: no dead letters")
	s.press("Escape").until("a dead letter", func(shown string) bool {
		return strings.Contains(shown, "1 Overview") && !strings.Contains(shown, "1 dead")
	})
	s.press("q").sees("ended with 0")
}

// A body that killed its message is repaired in the operator's own editor.
func TestADeadLetterIsRepairedInAnEditor(t *testing.T) {
	t.Parallel()
	h := quick(t)
	h.must("deploy", "-e", "local", "--yes")
	h.must("functions", "pause", "email-processor", "-e", "local")
	h.must("queues", "send", "email-dlq", `{"version":1,"leadId":"l-1","toolId":"t","email":"nobody"}`, "--unchecked", "-e", "local")
	h.with("EDITOR=sed -i s/nobody/lead@example.com/")
	s := h.open(80, 24, "tui", "-e", "local")
	s.press("4").sees("1 dead letter", "paused").press("Enter").sees("email: 'nobody' does not match")
	s.press("a", "e").sees("with this body?", `- "nobody"`, `+ "lead@example.com"`)
	time.Sleep(time.Second) // a dialog takes no key at first
	s.press("y").sees("email-dlq: no dead letters")
	s.press("C-c").sees("ended with 0")
	if body := h.must("queues", "peek", "email", "--source-anyway", "--format", "body", "-e", "local").stdout; !strings.Contains(body, "lead@example.com") {
		t.Errorf("the body is %s", body)
	}
}

// From a line to its invocation, to its job's way, and to the invocations beside it.
func TestALineLeadsToItsInvocationAndItsJob(t *testing.T) {
	t.Parallel()
	h := quick(t)
	h.must("deploy", "-e", "local", "--yes")
	h.must("local", "traffic", "--for", "3s", "--errors", "0")
	s := h.open(100, 30, "tui", "-e", "local")
	s.press("3").sees("following  all logs", "took ")
	s.press("/", "p", "r", "o", "v", "i", "d", "e", "r", "Enter").sees("asking the provider", "/provider")
	s.press("Enter").sees("invocation, ", "START RequestId").leaves("START RequestId")
	s.press("J").sees("stations in ", "queued", "received").leaves("stations in ")
	s.press("i").sees("invocations, 0 failed", "OUTCOME").leaves("OUTCOME")
	s.press("z").sees("provider: ", "frozen")
	s.press("C-c").sees("ended with 0")
}

// A console that is ended from outside leaves the terminal usable, too.
func TestAnInterruptedConsoleGivesTheTerminalBack(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	s := h.open(80, 24, "tui", "-e", "local")
	s.sees("Overview")
	pid := strings.TrimSpace(s.tmux("display-message", "-p", "#{pane_pid}"))
	if err := exec.Command("pkill", "-TERM", "-P", pid, "keyvex").Run(); err != nil {
		t.Fatal(err)
	}
	s.sees("ended with 130", "error: interrupted", "typed before")
	if shown := s.text(); strings.Contains(shown, "1 Overview") {
		t.Errorf("the console is still on the screen:\n%s", shown)
	}
}

// Whoever cannot do without a terminal is told before anything is started.
func TestTheConsoleRefusesAPipe(t *testing.T) {
	t.Parallel()
	out := newHome(t).run("tui", "-e", "local")
	if out.code != 3 || !strings.Contains(out.stderr, "needs a terminal") || out.stdout != "" {
		t.Errorf("exit %d\n%s%s", out.code, out.stdout, out.stderr)
	}
}
