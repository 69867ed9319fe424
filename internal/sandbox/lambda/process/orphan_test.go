package process_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/lambda/process"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
)

const parentMarker = "KEYVEX_TEST_PARENT"

// parent starts an idle and a busy instance, says their process ids, and waits to be
// killed.
func parent() {
	r := process.New("", rand.Reader)
	ctx := context.Background()
	for range 2 {
		i, err := r.Start(ctx, runner.Spec{Program: "echo", Output: func([]string) {}})
		if err != nil {
			panic(err)
		}
		in := runner.Invocation{RequestID: "1", Deadline: time.Now().Add(time.Hour), Payload: order{}.JSON()}
		reply, err := i.Invoke(ctx, in)
		if err != nil {
			panic(err)
		}
		var answer struct{ Pid int }
		if err := json.Unmarshal(reply.Payload, &answer); err != nil {
			panic(err)
		}
		fmt.Println(answer.Pid)
		in.Payload = order{Sleep: 3_600_000}.JSON()
		go i.Invoke(ctx, in)
	}
	select {}
}

func TestNoFunctionOutlivesThisProcess(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(program)
	command.Env = append(os.Environ(), parentMarker+"=1")
	printed, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var pids []int
	lines := bufio.NewScanner(printed)
	for len(pids) < 2 && lines.Scan() {
		var pid int
		if _, err := fmt.Sscan(lines.Text(), &pid); err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		pids = append(pids, pid)
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait() // it was killed
	for _, pid := range pids {
		if !endsSoon(pid) {
			t.Errorf("function process %d lives on", pid)
		}
	}
	if len(pids) != 2 {
		t.Errorf("functions %v", pids)
	}
}

func endsSoon(pid int) bool {
	for range 500 {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		zombie := err == nil && strings.Contains(string(stat), ") Z ")
		if zombie || syscall.Kill(pid, 0) == syscall.ESRCH {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}
