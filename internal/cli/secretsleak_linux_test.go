package cli_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// leakKey is a value that must be nowhere but in Secrets Manager. leakPiece is in all of
// them, valid or not.
const (
	leakPiece = "c4n4ryc4n4ryc4n4ry"
	leakKey   = "sk-" + leakPiece
)

// lookout looks into the arguments and variables of all processes, again and again.
type lookout struct {
	stop  chan struct{}
	done  sync.WaitGroup
	looks int
	found []string
}

func lookOut() *lookout {
	l := &lookout{stop: make(chan struct{})}
	l.done.Go(func() {
		for {
			l.look()
			select {
			case <-l.stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	})
	return l
}

func (l *lookout) look() {
	l.looks++
	for _, name := range []string{"cmdline", "environ"} {
		files, _ := filepath.Glob("/proc/[0-9]*/" + name)
		for _, file := range files {
			if content, err := os.ReadFile(file); err == nil && bytes.Contains(content, []byte(leakPiece)) {
				l.found = append(l.found, file)
			}
		}
	}
}

func (l *lookout) end() {
	close(l.stop)
	l.done.Wait()
}

// TestNoValueLeavesSecretsManager sends a value through every command and failure, and
// then looks for it wherever a reader could.
func TestNoValueLeavesSecretsManager(t *testing.T) {
	environ := deployed(t)
	folder := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	single, bad := write("single", leakKey), write("bad", leakPiece+" "+leakPiece)
	dotenv, badDotenv := write("dotenv", "OPENAI_API_KEY="+leakKey+"\n"), write("baddotenv", "OPENAI_API_KEY="+leakKey+"\nSENDGRID_API_KEY="+leakPiece+"\n"+leakPiece+"\n")
	l := lookOut()
	for _, stdin := range []string{leakKey, leakPiece, " " + leakKey + " ", strings.Repeat(leakKey, 5000)} {
		for _, more := range [][]string{nil, {"--verbose"}, {"--json"}, {"--read-only"}, {"--verify"}, {"--no-input", "--space", "keep"}} {
			run(t, environ, stdin, append([]string{"secrets", "set", "ai.openai_api_key", "-e", "alpha", "--yes"}, more...)...)
		}
	}
	for _, args := range [][]string{
		{"secrets", "set", "ai.openai_api_key", "-e", "alpha", "--yes", "--from-file", single},
		{"secrets", "set", "ai.openai_api_key", "-e", "alpha", "--yes", "--from-file", bad, "--verbose"},
		{"secrets", "set", "ai.openai_api_key", "-e", "alpha,gamma", "--yes", "--from-file", single, "--verbose"},
		{"secrets", "import", dotenv, "-e", "alpha", "--yes", "--json"}, {"secrets", "import", badDotenv, "-e", "alpha", "--yes", "--verbose"},
		{"secrets", "list", "-e", "alpha"}, {"secrets", "list", "-e", "alpha", "--json", "--verbose"},
		{"secrets", "history", "ai", "-e", "alpha"}, {"secrets", "history", "ai", "-e", "alpha", "--json"},
		{"secrets", "diff", "--from", "alpha", "--to", "gamma", "--verbose"}, {"secrets", "copy", "--from", "alpha", "--to", "gamma", "ai.openai_api_key", "--yes", "--verbose"},
		{"secrets", "generate", "database.encryption_key", "-e", "alpha", "--yes"},
		{"secrets", "unset", "ai.openai_api_key", "-e", "alpha", "--yes"}, {"secrets", "rollback", "ai", "-e", "alpha", "--yes", "--verbose"},
		{"secrets", "get", "ai.openai_api_key", "-e", "alpha", "--json"}, {"dotenv", "-e", "alpha"}, {"outputs", "-e", "alpha", "--json"},
	} {
		run(t, environ, "", args...)
	}
	typeEverywhere(t, environ)
	pasteInTmux(t, environ, folder)
	l.end()
	if len(l.found) > 0 || l.looks < 10 {
		t.Errorf("%d looks at all processes found it in %v", l.looks, l.found)
	}
	if out, err := keyvex(environ, "", "secrets", "get", "ai.openai_api_key", "-e", "alpha"); err != nil || !strings.Contains(out, leakPiece) {
		t.Fatalf("the value did not arrive, so nothing was proved: %s", out)
	}
	searchFolders(t, environ)
}

// typeEverywhere types the value at every kind of prompt. A leaked value and Redis's token
// take their minute only with KEYVEX_LEAK set: else they are left in the middle.
func typeEverywhere(t *testing.T, environ []string) {
	t.Helper()
	if out, err := keyvex(environ, "", "deploy", "-e", "alpha", "--yes", "--stack", "Database"); err != nil {
		t.Fatal(err, out)
	}
	left, waited, rotated := "\x03", 6, 130
	if os.Getenv("KEYVEX_LEAK") != "" {
		left, waited, rotated = "", 0, 0
	}
	const hidden, sure = "value, hidden: ", "[y/N]"
	type step struct{ shown, press string }
	for _, test := range []struct {
		args  []string
		steps []step
		code  int
	}{
		{[]string{"ai.openai_api_key"}, []step{{hidden, "sk-other" + leakPiece + "\r"}, {sure, "y\r"}}, 0},
		{[]string{"ai.openai_api_key", "--leaked"}, []step{{hidden, leakKey + "\r"}, {sure, "y\r"}, {"waiting until its functions use", left}}, waited},
		{[]string{"database.redis_auth_token"}, []step{{hidden, leakPiece + "\r"}, {sure, "y\r"}, {"read it within a minute", left}}, rotated},
		{[]string{"--accessible", "--verbose"}, []step{ // anthropic, which takes its own keys alone; unsplash, unsplash, sendgrid, stripe
			{hidden, leakPiece + "\r"}, {hidden, "sk-ant-" + leakPiece + "\r"}, {hidden, "\r"}, {hidden, "\r"}, {hidden, "SG." + leakPiece + "\r"}, {hidden, "\r"}, {hidden, "\r"},
			{sure, "y\r"},
		}, 0},
	} {
		c := openConsole(t, environ, nil, append([]string{"secrets", "set", "-e", "alpha"}, test.args...)...)
		times := map[string]int{}
		for _, s := range test.steps {
			times[s.shown]++
			c.await(s.shown, times[s.shown])
			c.press(s.press)
		}
		if code := c.end(); code != test.code || strings.Contains(c.screen(), leakPiece) {
			t.Errorf("secrets set %v ended with %d and the terminal shows\n%s", test.args, code, c.screen())
		}
	}
}

// run runs a command, which may fail, and looks at what it prints.
func run(t *testing.T, environ []string, stdin string, args ...string) {
	t.Helper()
	if out, _ := keyvex(environ, stdin, args...); strings.Contains(out, leakPiece) {
		t.Errorf("keyvex %s prints the value:\n%s", strings.Join(args, " "), out)
	}
}

// searchFolders looks into the home and the temporary folder. The sandbox's journal is
// where its Secrets Manager keeps values.
func searchFolders(t *testing.T, environ []string) {
	t.Helper()
	searched := 0
	for _, variable := range environ {
		name, folder, _ := strings.Cut(variable, "=")
		if name != "KEYVEX_HOME" && name != "TMPDIR" {
			continue
		}
		_ = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() || strings.HasPrefix(entry.Name(), "state.journal") {
				return nil
			}
			if content, err := os.ReadFile(path); err == nil {
				searched++
				if bytes.Contains(content, []byte(leakPiece)) {
					t.Errorf("%s holds the value", path)
				}
			}
			return nil
		})
	}
	if searched == 0 {
		t.Error("no file was searched")
	}
}

// pasteInTmux pastes the value at a prompt of a shell in tmux, and looks at all that the
// terminal ever showed and at the shell's history.
func pasteInTmux(t *testing.T, environ []string, folder string) {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Log("NOT LOOKED AT: a terminal in tmux and a shell's history, tmux is not installed")
		return
	}
	socket, history := filepath.Join(folder, "tmux"), filepath.Join(folder, "history")
	tmux := func(stdin string, args ...string) string {
		t.Helper()
		command := exec.CommandContext(t.Context(), "tmux", append([]string{"-S", socket}, args...)...)
		command.Env, command.Stdin = append(environ, "HISTFILE="+history), strings.NewReader(stdin)
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("tmux %v: %v %s", args, err, out)
		}
		return string(out)
	}
	shown := func(text string) string {
		t.Helper()
		for range 500 {
			if out := tmux("", "capture-pane", "-p", "-S", "-"); strings.Contains(out, text) {
				return out
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Fatalf("%q is not shown in\n%s", text, tmux("", "capture-pane", "-p", "-S", "-"))
		return ""
	}
	tmux("", "-f", "/dev/null", "new-session", "-d", "-x", "60", "-y", "24", "env", "PS1=ready> ", "bash", "--norc", "-i")
	defer tmux("", "kill-server")
	shown("ready>")
	tmux("", "send-keys", "keyvex secrets set ai.openai_api_key -e alpha", "Enter")
	shown("value, hidden:")
	tmux("sk-pasted"+leakPiece, "load-buffer", "-") // in argv the value would be seen
	tmux("", "paste-buffer", "-p", "-d")
	tmux("", "send-keys", "Enter")
	shown("[y/N]")
	tmux("", "send-keys", "y", "Enter")
	shown("version ")
	tmux("", "send-keys", "history -w", "Enter")
	for range 500 {
		if content, err := os.ReadFile(history); err == nil && bytes.Contains(content, []byte("keyvex secrets set")) {
			if bytes.Contains(content, []byte(leakPiece)) {
				t.Errorf("the shell's history has the value:\n%s", content)
			}
			if out := shown("version "); strings.Contains(out, leakPiece) {
				t.Errorf("the terminal shows the value:\n%s", out)
			}
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("the shell wrote no history")
}
