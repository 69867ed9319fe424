package process_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/process"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/testdata/rehearsal"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

func TestMain(m *testing.M) {
	rehearsal.Run(platform.FunctionMarker)
	if os.Getenv(parentMarker) != "" {
		parent()
	}
	oracle.Verify(m)
}

type order = rehearsal.Order

// output collects lines.
type output struct {
	mu    sync.Mutex
	lines []string
}

func (o *output) add(lines []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lines = append(o.lines, lines...)
}

func (o *output) text() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.lines, "\n")
}

func start(t *testing.T, program string) (runner.Instance, *output) {
	t.Helper()
	r := process.New(t.TempDir(), rand.Reader)
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	written := new(output)
	i, err := r.Start(t.Context(), runner.Spec{Program: program, Output: written.add, Variables: map[string]string{"TABLE": "t"}})
	if err != nil {
		t.Fatal(err)
	}
	return i, written
}

func invoke(t *testing.T, i runner.Instance, o order) (runner.Reply, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	deadline, _ := ctx.Deadline()
	return i.Invoke(ctx, runner.Invocation{RequestID: "id-1", FunctionARN: "arn:f", Deadline: deadline, Payload: o.JSON()})
}

func pid(t *testing.T, r runner.Reply) int {
	t.Helper()
	var answer struct{ Pid int }
	if err := json.Unmarshal(r.Payload, &answer); err != nil || answer.Pid == 0 {
		t.Fatalf("%s: %v", r.Payload, err)
	}
	return answer.Pid
}

func TestAnInstanceServesManyInvocationsInOneProcess(t *testing.T) {
	i, _ := start(t, "echo")
	first := 0
	for n := range 20 {
		r, err := invoke(t, i, order{Text: "é"})
		if err != nil || r.Failed || !strings.Contains(string(r.Payload), `"text":"é"`) {
			t.Fatalf("%+v, %v", r, err)
		}
		if n == 0 {
			first = pid(t, r)
		}
		if pid(t, r) != first || first == os.Getpid() {
			t.Errorf("process %d after %d", pid(t, r), first)
		}
	}
}

func TestAnInvocationKnowsItsRequestFunctionAndDeadline(t *testing.T) {
	i, _ := start(t, "echo")
	r, err := invoke(t, i, order{Do: "context"})
	var got struct {
		ID, ARN string
		Left    int
	}
	if e := json.Unmarshal(r.Payload, &got); err != nil || e != nil || got.ID != "id-1" || got.ARN != "arn:f" || got.Left < 30_000 || got.Left > 60_000 {
		t.Errorf("%s, %v", r.Payload, err)
	}
}

func TestAnInstanceHasNothingOfThisProcess(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "the operator's")
	i, _ := start(t, "echo")
	r, err := invoke(t, i, order{Do: "environment"})
	var names []string
	if e := json.Unmarshal(r.Payload, &names); err != nil || e != nil {
		t.Fatalf("%s, %v, %v", r.Payload, err, e)
	}
	for n, v := range names {
		names[n], _, _ = strings.Cut(v, "=")
	}
	slices.Sort(names)
	names = slices.DeleteFunc(names, func(n string) bool { return n == "_X_AMZN_TRACE_ID" })
	if want := []string{"AWS_LAMBDA_RUNTIME_API", platform.FunctionMarker, "TABLE"}; !slices.Equal(names, want) {
		t.Errorf("environment %v, want %v", names, want)
	}
	r, err = invoke(t, i, order{Do: "files"})
	var files []string
	if e := json.Unmarshal(r.Payload, &files); err != nil || e != nil {
		t.Skipf("no /proc: %s", r.Payload)
	}
	for _, f := range files {
		kind := strings.Fields(f)[1]
		if !strings.HasPrefix(kind, "pipe:") && !strings.HasPrefix(kind, "anon_inode:") && !strings.HasPrefix(kind, "socket:") && !strings.HasPrefix(kind, "/proc/") &&
			!strings.HasPrefix(kind, "/sys/fs/cgroup") {
			t.Errorf("the function holds %s", f)
		}
	}
}

func TestARebuiltProgramDisturbsNoFunction(t *testing.T) {
	folder := t.TempDir() + "/functions"
	r := process.New(folder, rand.Reader)
	defer r.Close()
	i, err := r.Start(t.Context(), runner.Spec{Program: "echo", Output: func([]string) {}})
	if err != nil {
		t.Fatal(err)
	}
	reply, err := invoke(t, i, order{})
	if err != nil {
		t.Fatal(err)
	}
	running, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid(t, reply)))
	if err != nil {
		t.Skip("no /proc: nobody says what runs")
	}
	if !strings.HasPrefix(running, folder) && sameDisk(t, folder) {
		t.Errorf("the function runs %s", running)
	}
}

// sameDisk reports whether this program can have a hard link in the folder.
func sameDisk(t *testing.T, folder string) bool {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return os.Link(program, folder+"/probe") == nil
}

func TestOutputIsThereBeforeInvokeReturns(t *testing.T) {
	i, written := start(t, "echo")
	for n := range 50 {
		text := fmt.Sprintf("line %d", n)
		if _, err := invoke(t, i, order{Do: "print", Text: text}); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(written.text(), text) {
			t.Fatalf("%q is missing", text)
		}
	}
	if _, err := invoke(t, i, order{Do: "unfinished line", Text: "no end"}); err != nil || !strings.HasSuffix(written.text(), "no end") {
		t.Errorf("%v, %q", err, written.text())
	}
	if _, err := invoke(t, i, order{Do: "print", Text: strings.Repeat("x", 600<<10)}); err != nil || strings.Count(written.text(), "x") != 600<<10 {
		t.Errorf("%v, %d of a long line", err, strings.Count(written.text(), "x"))
	}
}

func TestFunctionErrorsLeaveTheInstanceAndPanicsEndIt(t *testing.T) {
	i, written := start(t, "echo")
	r, err := invoke(t, i, order{Do: "fail", Text: "no luck"})
	if err != nil || !r.Failed || string(r.Payload) != `{"errorMessage":"no luck","errorType":"errorString"}` {
		t.Errorf("%s, %v", r.Payload, err)
	}
	if r, err = invoke(t, i, order{}); err != nil || r.Failed {
		t.Errorf("after an error: %s, %v", r.Payload, err)
	}
	r, err = invoke(t, i, order{Do: "panic", Text: "lost"})
	if err != nil || !r.Failed || !strings.Contains(string(r.Payload), `"errorMessage":"lost"`) || !strings.Contains(string(r.Payload), `"stackTrace":[{`) {
		t.Errorf("%s, %v", r.Payload, err)
	}
	<-i.Gone()
	if !strings.Contains(written.text(), "lost") {
		t.Errorf("log %q", written.text())
	}
}

func TestTheEndOfAProcessIsItsAnswer(t *testing.T) {
	for status, want := range map[int]string{
		0: "Runtime exited without providing a reason", 2: "Runtime exited with error: exit status 2",
	} {
		i, _ := start(t, "echo")
		_, err := invoke(t, i, order{Do: "exit", Size: status})
		if f, ok := errors.AsType[*runner.Failure](err); !ok || f.Type != "Runtime.ExitError" || f.Message != want {
			t.Errorf("exit %d: %v", status, err)
		}
	}
	i, _ := start(t, "echo")
	r, _ := invoke(t, i, order{})
	_ = syscall.Kill(pid(t, r), syscall.SIGKILL)
	_, err := invoke(t, i, order{Sleep: 1000})
	if f, ok := errors.AsType[*runner.Failure](err); !ok || f.Message != "Runtime exited with error: signal: killed" {
		t.Errorf("killed: %v", err)
	}
}

func TestAFailedInitIsAFailure(t *testing.T) {
	r := process.New("", rand.Reader)
	defer r.Close()
	written := new(output)
	_, err := r.Start(t.Context(), runner.Spec{Program: "stillborn", Output: written.add})
	if f, ok := errors.AsType[*runner.Failure](err); !ok || f.Message != "Runtime exited with error: exit status 3" || written.text() != "cannot begin" {
		t.Errorf("%v, log %q", err, written.text())
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := r.Start(ctx, runner.Spec{Program: "unready", Output: written.add}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("an init without end: %v", err)
	}
}

func TestATimeOutKillsTheProcessWithItsChildren(t *testing.T) {
	i, _ := start(t, "echo")
	r, err := invoke(t, i, order{Do: "child"})
	if err != nil || r.Failed {
		t.Fatalf("%s, %v", r.Payload, err)
	}
	r, _ = invoke(t, i, order{})
	group := pid(t, r)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := i.Invoke(ctx, runner.Invocation{RequestID: "2", Payload: order{Sleep: 60_000}.JSON(), Deadline: time.Now().Add(time.Minute)}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	gone := false
	for deadline := time.Now().Add(5 * time.Second); !gone && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		gone = syscall.Kill(-group, 0) == syscall.ESRCH || onlyZombies(group)
	}
	if !gone {
		t.Error("the group lives on")
	}
}

// onlyZombies reports whether what is left of a process group waits for its parent
// to notice.
func onlyZombies(group int) bool {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return false
	}
	for _, e := range entries {
		stat, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue
		}
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if fields[2] == fmt.Sprint(group) && fields[0] != "Z" {
			return false
		}
	}
	return true
}

func TestAnAnswerThatIsTooLargeFails(t *testing.T) {
	i, _ := start(t, "echo")
	r, err := invoke(t, i, order{Do: "large", Size: 6<<20 - 10})
	if err != nil || r.Failed || len(r.Payload) != 6<<20-8 {
		t.Errorf("just small enough: %d bytes, %v", len(r.Payload), err)
	}
	r, err = invoke(t, i, order{Do: "large", Size: 7 << 20})
	if err != nil || !r.Failed || !strings.Contains(string(r.Payload), "Function.ResponseSizeTooLarge") {
		t.Errorf("%.200s, %v", r.Payload, err)
	}
}

func TestMemoryIsThePeakOfTheProcess(t *testing.T) {
	i, _ := start(t, "echo")
	if _, err := invoke(t, i, order{}); err != nil {
		t.Fatal(err)
	}
	before := i.MaxMemory()
	if before == 0 {
		t.Skip("the memory of a running process cannot be known here")
	}
	if _, err := invoke(t, i, order{Do: "memory", Size: 64 << 20}); err != nil {
		t.Fatal(err)
	}
	// The upper bound leaves room for the race detector's shadow.
	if grown := i.MaxMemory() - before; grown < 60<<20 || grown > 400<<20 {
		t.Errorf("64 MB more are %d bytes", grown)
	}
}

func TestOnlyTheInstanceGetsAtItsWork(t *testing.T) {
	i, _ := start(t, "echo")
	r, err := invoke(t, i, order{Do: "environment"})
	if err != nil {
		t.Fatal(err)
	}
	var variables []string
	if err := json.Unmarshal(r.Payload, &variables); err != nil {
		t.Fatal(err)
	}
	n := slices.IndexFunc(variables, func(v string) bool { return strings.HasPrefix(v, "AWS_LAMBDA_RUNTIME_API=") })
	host, token, _ := strings.Cut(strings.TrimPrefix(variables[n], "AWS_LAMBDA_RUNTIME_API="), "/")
	if len(token) != 32 {
		t.Errorf("token %q", token)
	}
	for _, path := range []string{"/2018-06-01/runtime/invocation/next", "/" + strings.Repeat("0", 32) + "/2018-06-01/runtime/invocation/next"} {
		if status := get(t, "http://"+host+path); status != 404 {
			t.Errorf("%s: %d", path, status)
		}
	}
}
