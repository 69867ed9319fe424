package acceptance

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// worked is the processor time that a process has used, from /proc.
func worked(t *testing.T, pid string) time.Duration {
	t.Helper()
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	var ticks int
	for _, field := range fields[11:13] { // utime and stime, in hundredths of a second
		n, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// process is the number of the process on the screen.
func (s *screen) process() string {
	s.h.t.Helper()
	shell := strings.TrimSpace(s.tmux("display-message", "-p", "#{pane_pid}"))
	children, err := os.ReadFile(fmt.Sprintf("/proc/%s/task/%s/children", shell, shell))
	if err != nil || len(strings.Fields(string(children))) == 0 {
		s.h.t.Skipf("SKIPPED: the console's process is not found: %v", err)
	}
	return strings.Fields(string(children))[0]
}

func TestAnIdleConsoleLeavesTheProcessorAlone(t *testing.T) {
	h := quick(t)
	h.must("deploy", "-e", "local", "--yes")
	s := h.open(120, 40, "tui", "-e", "local")
	s.sees("HEALTHY")
	pid := s.process()
	time.Sleep(3 * time.Second) // the first answers
	const span = 10 * time.Second
	before := worked(t, pid)
	time.Sleep(span)
	share := float64(worked(t, pid)-before) / float64(span)
	status, _ := os.ReadFile("/proc/" + pid + "/status")
	t.Logf("an idle console at 120x40: %.2f %% of a core", 100*share)
	for line := range strings.Lines(string(status)) {
		if strings.HasPrefix(line, "VmRSS") {
			t.Log(strings.Join(strings.Fields(line), " "))
		}
	}
	if share > 0.01*float64(lenience()) {
		t.Errorf("an idle console takes %.2f %% of a core, meant to be 1 %%", 100*share)
	}
}
