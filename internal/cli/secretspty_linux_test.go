package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/sys/unix"

	"github.com/keyvex/keyvex/internal/sandbox/daemon"
)

// console is a terminal with a keyvex at it, which has it as /dev/tty.
type console struct {
	t       *testing.T
	master  *os.File
	slave   *os.File
	command *exec.Cmd
	mu      sync.Mutex
	shown   bytes.Buffer
}

// openConsole starts keyvex at a new terminal of 60 columns.
func openConsole(t *testing.T, environ []string, stdin *os.File, args ...string) *console {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("this machine has no pseudo-terminals: " + err.Error())
	}
	fd := int(master.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil || unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0) != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(int(slave.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 30, Col: 60}); err != nil {
		t.Fatal(err)
	}
	c := &console{t: t, master: master, slave: slave, command: exec.CommandContext(t.Context(), "keyvex", args...)}
	c.command.Env = environ
	c.command.Stdin, c.command.Stdout, c.command.Stderr = slave, slave, slave
	if stdin != nil {
		c.command.Stdin = stdin
	}
	c.command.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 1}
	if err := c.command.Start(); err != nil {
		t.Fatal(err)
	}
	go c.watch()
	t.Cleanup(func() {
		_ = c.command.Process.Kill()
		_ = c.command.Wait() // else it might write into a folder that is being removed
		slave.Close()
		master.Close()
	})
	return c
}

func (c *console) watch() {
	buffer := make([]byte, 4096)
	for {
		n, err := c.master.Read(buffer)
		if err != nil {
			return
		}
		c.mu.Lock()
		c.shown.Write(buffer[:n])
		c.mu.Unlock()
	}
}

func (c *console) screen() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown.String()
}

// await waits until the text was shown that often.
func (c *console) await(text string, times int) {
	c.t.Helper()
	for range 1000 {
		if strings.Count(c.screen(), text) >= times {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	c.t.Fatalf("%q is not shown %d times in\n%s", text, times, c.screen())
}

func (c *console) press(keys string) {
	c.t.Helper()
	if _, err := c.master.WriteString(keys); err != nil {
		c.t.Fatal(err)
	}
}

// flags are the terminal's local modes.
func (c *console) flags() uint32 {
	state, err := unix.IoctlGetTermios(int(c.slave.Fd()), unix.TCGETS)
	if err != nil {
		c.t.Fatal(err)
	}
	return state.Lflag
}

// end waits for the command and all that it showed, and gives its exit code.
func (c *console) end() int {
	c.t.Helper()
	_ = c.command.Wait()
	const mark = "that was all"
	if _, err := c.slave.WriteString(mark); err != nil {
		c.t.Fatal(err)
	}
	c.await(mark, 1)
	return c.command.ProcessState.ExitCode()
}

// deployed is the environment of a keyvex to which the environment alpha, with its
// secrets, is on the local platform as it would be on AWS.
func deployed(t *testing.T) []string {
	t.Helper()
	home := t.TempDir()
	state := filepath.Join(home, "state")
	info, _, err := daemon.Ensure(t.Context(), daemon.Options{Folder: state, Pace: 5000})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = daemon.Stop(context.Background(), state) })
	id, secret, err := daemon.Credentials(state)
	if err != nil {
		t.Fatal(err)
	}
	environ := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "AWS_") || strings.HasPrefix(variable, "KEYVEX_")
	})
	environ = append(environ, "KEYVEX_HOME="+home, "LANG=C.UTF-8", "TERM=xterm", "TMPDIR="+t.TempDir(), "HISTFILE="+filepath.Join(home, "history"),
		"AWS_ENDPOINT_URL="+info.Endpoint, "AWS_REGION="+info.Region, "AWS_ACCESS_KEY_ID="+id, "AWS_SECRET_ACCESS_KEY="+secret)
	if out, err := keyvex(environ, "", "deploy", "-e", "alpha", "--yes", "--stack", "Security"); err != nil {
		t.Fatal(err, out)
	}
	return environ
}

// keyvex runs a command and gives all that it printed.
func keyvex(environ []string, stdin string, args ...string) (string, error) {
	command := exec.Command("keyvex", args...)
	command.Env, command.Stdin = environ, strings.NewReader(stdin)
	out, err := command.CombinedOutput()
	return string(out), err
}

const typedKey = "sk-typedtypedtypedtyped"

func TestCtrlCAtAnyPromptWritesNothingAndRestoresTheTerminal(t *testing.T) {
	environ := deployed(t)
	for name, act := range map[string]func(c *console){
		"while the value is typed": func(c *console) { c.press("sk-half\x03") },
		"at the first key":         func(c *console) { c.press("\x03") },
		"end of input":             func(c *console) { c.press("\x04") },
		"in a paste":               func(c *console) { c.press("\x1b[200~a\rb\x1b[201~\x03") },
		"at the white space": func(c *console) {
			c.press(" " + typedKey + " \r")
			c.await("strip (enter) or keep (k)?", 1)
			c.press("\x03")
		},
		"at the confirmation": func(c *console) {
			c.press(typedKey + "\r")
			c.await("[y/N]", 1)
			c.press("\x03")
		},
		"by SIGTERM": func(c *console) { _ = c.command.Process.Signal(syscall.SIGTERM) },
	} {
		t.Run(name, func(t *testing.T) {
			c := openConsole(t, environ, nil, "secrets", "set", "ai.openai_api_key", "-e", "alpha")
			before := c.flags()
			c.await("value, hidden: ", 1)
			if c.flags()&unix.ECHO != 0 {
				t.Error("the terminal shows what is typed")
			}
			act(c)
			if code := c.end(); code != 130 {
				t.Errorf("ended with %d", code)
			}
			if got := c.flags(); got != before {
				t.Errorf("the terminal's modes were %x and are %x", before, got)
			}
			if strings.Contains(c.screen(), "typedtyped") || strings.Contains(c.screen(), "sk-half") {
				t.Errorf("the value is shown:\n%s", c.screen())
			}
		})
	}
	if out, err := keyvex(environ, "", "secrets", "get", "ai.openai_api_key", "-e", "alpha"); err == nil || !strings.Contains(out, "is not set") {
		t.Errorf("something was written: %s", out)
	}
}

func TestACrashLeavesNoCoreFileWithAValue(t *testing.T) {
	environ := deployed(t)
	c := openConsole(t, environ, nil, "secrets", "set", "ai.openai_api_key", "-e", "alpha")
	pid := c.command.Process.Pid
	c.await("value, hidden: ", 1)
	var limit unix.Rlimit
	if err := unix.Prlimit(pid, unix.RLIMIT_CORE, nil, &limit); err != nil || limit.Cur != 0 || limit.Max != 0 {
		t.Errorf("%+v, %v", limit, err)
	}
	c.press("\x03")
	c.end()
}

func TestThePromptTakesPastesAndCorrections(t *testing.T) {
	environ := deployed(t)
	c := openConsole(t, environ, nil, "secrets", "set", "ai.openai_api_key", "-e", "alpha")
	c.await("value, hidden: ", 1)
	c.press("two\rlines, pasted without marks\r")
	c.await("it has ", 1)
	c.await("value, hidden: ", 2)
	c.press("wrong\x15\x1b[200~" + typedKey + "x\x1b[201~")
	c.press("\x7f\x1b[A\r")
	c.await("taken: 23 characters", 1)
	c.await("[y/N]", 1)
	c.press("y\r")
	if code := c.end(); code != 0 {
		t.Fatalf("ended with %d\n%s", code, c.screen())
	}
	if out, _ := keyvex(environ, "", "secrets", "get", "ai.openai_api_key", "-e", "alpha"); out != typedKey {
		t.Error(out)
	}
	for line := range strings.SplitSeq(c.screen(), "\r\n") {
		if ansi.StringWidth(line) > 60 {
			t.Errorf("wider than the terminal: %q", line)
		}
	}
}

func TestTheWizardLeadsThroughWhatIsLacking(t *testing.T) {
	environ := deployed(t)
	c := openConsole(t, environ, nil, "secrets", "set", "-e", "alpha", "--accessible")
	c.await("value, hidden: ", 1) // openai
	c.press(typedKey + "\r")
	c.await("value, hidden: ", 2) // anthropic
	c.press("\r")
	for prompt := 3; prompt <= 6; prompt++ { // unsplash, unsplash, sendgrid, stripe
		c.await("value, hidden: ", prompt)
		c.press("\r")
	}
	c.await("generate (g), type (t) or skip (enter)? ", 1)
	c.press("g\r")
	c.await("write 2 values to alpha? [y/N]", 1)
	c.press("y\r")
	if code := c.end(); code != 0 {
		t.Fatalf("ended with %d\n%s", code, c.screen())
	}
	for _, path := range []string{"ai.openai_api_key", "database.encryption_key"} {
		if out, err := keyvex(environ, "", "secrets", "get", path, "-e", "alpha"); err != nil {
			t.Error(out)
		}
	}
}

func TestAValueOnTheScreenHasTheNameTyped(t *testing.T) {
	environ := deployed(t)
	if out, err := keyvex(environ, typedKey, "secrets", "set", "ai.openai_api_key", "-e", "alpha", "--yes"); err != nil {
		t.Fatal(out)
	}
	for _, typed := range []string{"y", "alpha", "\x03"} {
		c := openConsole(t, environ, nil, "secrets", "get", "ai.openai_api_key", "-e", "alpha", "--yes")
		c.await("type alpha to go on: ", 1)
		c.press(typed + "\r")
		code := c.end()
		if shown := strings.Contains(c.screen(), typedKey); shown != (typed == "alpha") || (code == 0) != shown {
			t.Errorf("typed %q, ended with %d\n%s", typed, code, c.screen())
		}
	}
}

func TestATerminalThatWouldShowTheValueIsNotReadFrom(t *testing.T) {
	environ := deployed(t)
	for _, args := range [][]string{{"set", "ai.openai_api_key", "--from-file", "-"}, {"import", "-"}} {
		c := openConsole(t, environ, nil, append([]string{"secrets", "-e", "alpha"}, args...)...)
		c.await("would show it", 1)
		if code := c.end(); code != 2 {
			t.Errorf("%v ended with %d\n%s", args, code, c.screen())
		}
	}
}

func TestAPipedValueIsConfirmedAtTheTerminal(t *testing.T) {
	environ := deployed(t)
	file := filepath.Join(t.TempDir(), "value")
	if err := os.WriteFile(file, []byte(typedKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	stdin, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	c := openConsole(t, environ, stdin, "secrets", "set", "ai.openai_api_key", "-e", "alpha")
	c.await("[y/N]", 1)
	c.press("y\r")
	if code := c.end(); code != 0 {
		t.Errorf("ended with %d\n%s", code, c.screen())
	}
}

func TestAConflictIsShownAndTheOperatorGoesOnFromThere(t *testing.T) {
	environ := deployed(t)
	c := openConsole(t, environ, nil, "secrets", "set", "ai.openai_api_key", "-e", "alpha")
	c.await("value, hidden: ", 1)
	c.press(typedKey + "\r")
	c.await("[y/N]", 1)
	if out, err := keyvex(environ, "sk-ant-otherotherotherother", "secrets", "set", "ai.anthropic_api_key", "-e", "alpha", "--yes"); err != nil {
		t.Fatal(out)
	}
	c.press("y\r")
	c.await("(anthropic_api_key), nothing was written", 1)
	c.await("write on top of that? [y/N]", 1)
	c.press("y\r")
	if code := c.end(); code != 0 {
		t.Fatalf("ended with %d\n%s", code, c.screen())
	}
	for path, want := range map[string]string{"ai.openai_api_key": typedKey, "ai.anthropic_api_key": "sk-ant-otherotherotherother"} {
		if out, _ := keyvex(environ, "", "secrets", "get", path, "-e", "alpha"); out != want {
			t.Errorf("%s is %s", path, out)
		}
	}
}

// TestTheWizardGivesUpWithoutATrace leaves it at each kind of its prompts.
func TestTheWizardGivesUpWithoutATrace(t *testing.T) {
	environ := deployed(t)
	for name, act := range map[string]func(c *console){
		"at a value": func(c *console) { c.press("\x03") },
		"at the choice to generate": func(c *console) {
			for prompt := 3; prompt <= 6; prompt++ {
				c.press(" \r") // blanks are no value
				c.await("value, hidden: ", prompt)
			}
			c.press("\r")
			c.await("skip (enter)? ", 1)
			c.press("\x03")
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := openConsole(t, environ, nil, "secrets", "set", "-e", "alpha")
			before := c.flags()
			c.await("value, hidden: ", 1)
			c.press(typedKey + "\r")
			c.await("value, hidden: ", 2)
			act(c)
			if code := c.end(); code != 130 || c.flags() != before {
				t.Errorf("ended with %d, modes %x, before %x", code, c.flags(), before)
			}
			if out, err := keyvex(environ, "", "secrets", "get", "ai.openai_api_key", "-e", "alpha"); err == nil || !strings.Contains(out, "is not set") {
				t.Errorf("something was written: %s", out)
			}
		})
	}
}

func TestAValueThatTheProviderRefusesIsAskedForAgain(t *testing.T) {
	environ := deployed(t)
	for _, args := range [][]string{{"deploy", "--stack", "Security"}, {"secrets", "unset", "ai.openai_api_key"}} {
		if out, err := keyvex(environ, "", append(args, "-e", "local", "--yes")...); err != nil {
			t.Fatal(out)
		}
	}
	c := openConsole(t, environ, nil, "secrets", "set", "-e", "local", "--verify", "--accessible")
	c.await("value, hidden: ", 1)
	c.press("sk-revokedrevokedrevoked\r")
	c.await("another one,", 1)
	c.await("value, hidden: ", 2)
	c.press(typedKey + "\r")
	c.await("accepted by the provider", 1)
}

// TestSeveralEnvironmentsStopAtTheFirstFailureAndGoOnLater has the second of three
// change between the question and the write.
func TestSeveralEnvironmentsStopAtTheFirstFailureAndGoOnLater(t *testing.T) {
	environ := deployed(t)
	for _, name := range []string{"beta", "gamma"} {
		if out, err := keyvex(environ, "", "deploy", "-e", name, "--yes", "--stack", "Security"); err != nil {
			t.Fatal(err, out)
		}
	}
	c := openConsole(t, environ, nil, "secrets", "set", "ai.openai_api_key", "-e", "alpha,beta,gamma")
	c.await("value, hidden: ", 1)
	c.press(typedKey + "\r")
	c.await("write 3 values to alpha, beta, gamma? [y/N]", 1)
	if out, err := keyvex(environ, "sk-ant-otherotherotherother", "secrets", "set", "ai.anthropic_api_key", "-e", "beta", "--yes"); err != nil {
		t.Fatal(out)
	}
	c.press("y\r")
	c.await("write on top of that? [y/N]", 1)
	c.press("n\r")
	if code := c.end(); code != 3 {
		t.Errorf("ended with %d", code)
	}
	said := strings.Join(strings.Fields(c.screen()), " ")
	for _, want := range []string{"written: alpha ai; not written: beta ai, gamma ai", "the same command goes on"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said in\n%s", want, c.screen())
		}
	}
	holds := func(env, want string) {
		t.Helper()
		if out, _ := keyvex(environ, "", "secrets", "get", "ai.openai_api_key", "-e", env); !strings.Contains(out, want) {
			t.Errorf("%s has %s, want %s", env, out, want)
		}
	}
	holds("alpha", typedKey)
	holds("beta", "is not set")
	holds("gamma", "is not set")
	out, err := keyvex(environ, typedKey, "secrets", "set", "ai.openai_api_key", "-e", "alpha,beta,gamma", "--yes")
	if err != nil || !strings.Contains(out, "alpha  ai.openai_api_key  unchanged") || !strings.Contains(out, "gamma  ai.openai_api_key  version") {
		t.Errorf("%v\n%s", err, out)
	}
	holds("beta", typedKey)
	holds("gamma", typedKey)
}

// TestALeakedValueIsReplacedBeforeAnybodyIsWaitedFor leaves while functions are waited
// for: nothing is lost by that.
func TestALeakedValueIsReplacedBeforeAnybodyIsWaitedFor(t *testing.T) {
	environ := deployed(t)
	for _, value := range []string{"sk-leakedleakedleakedleaked", typedKey} {
		if out, err := keyvex(environ, value, "secrets", "set", "ai.openai_api_key", "-e", "alpha", "--yes"); err != nil {
			t.Fatal(out)
		}
	}
	c := openConsole(t, environ, nil, "secrets", "set", "ai.openai_api_key", "-e", "alpha", "--yes", "--leaked")
	c.await("value, hidden: ", 1)
	c.press("sk-replacedreplacedreplaced\r")
	c.await("waiting until its functions use", 1)
	c.press("\x03")
	if code := c.end(); code != 6 {
		t.Errorf("ended with %d\n%s", code, c.screen())
	}
	if out, err := keyvex(environ, "", "secrets", "rollback", "ai", "-e", "alpha", "--yes"); err == nil || !strings.Contains(out, "no version before this one") {
		t.Errorf("a rollback brings it back: %s", out)
	}
}

// TestWhereNothingIsLackingOneKeyIsPicked leaves the menu, and then the list of the
// accessible mode, with nothing written.
func TestWhereNothingIsLackingOneKeyIsPicked(t *testing.T) {
	environ := deployed(t)
	file := filepath.Join(t.TempDir(), "all.env")
	all := "OPENAI_API_KEY=" + typedKey + "\nANTHROPIC_API_KEY=sk-ant-otherotherotherother\nSENDGRID_API_KEY=SG.aaaa.bbbb\nSTRIPE_SECRET_KEY=sk_test_0123456789\n" +
		"UNSPLASH_ACCESS_KEY=abcdefghijklmnopqrstu\nUNSPLASH_SECRET_KEY=abcdefghijklmnopqrstu\nENCRYPTION_KEY=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n"
	if err := os.WriteFile(file, []byte(all), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := keyvex(environ, "", "secrets", "import", file, "-e", "alpha", "--yes"); err != nil {
		t.Fatal(out)
	}
	for question, more := range map[string][]string{"which key gets another value?": nil, "number of the key": {"--accessible"}} {
		c := openConsole(t, environ, nil, append([]string{"secrets", "set", "-e", "alpha"}, more...)...)
		before := c.flags()
		c.await(question, 1)
		c.press("\x03")
		if code := c.end(); code != 130 || c.flags() != before {
			t.Errorf("%s: ended with %d, modes %x, before %x", question, code, c.flags(), before)
		}
	}
	if out, _ := keyvex(environ, "", "secrets", "history", "ai", "-e", "alpha", "--json"); strings.Count(out, `"version"`) > 2 {
		t.Errorf("something was written: %s", out)
	}
}
