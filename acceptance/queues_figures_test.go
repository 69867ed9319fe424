package acceptance

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tenThousand is a file of messages to import.
func tenThousand(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "messages.jsonl")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	out := bufio.NewWriter(file)
	for n := range 10_000 {
		body := fmt.Sprintf(`{"n":%d,"text":%q}`, n, strings.Repeat("x", 200))
		fmt.Fprintf(out, `{"id":"m-%d","body":%q}`+"\n", n, body)
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTenThousandSelectedMessagesGoBackQuicklyAndInLittleMemory(t *testing.T) {
	h := quick(t)
	h.must("deploy", "-e", "local", "--yes")
	h.must("functions", "pause", "email-processor", "-e", "local")
	h.must("queues", "import", "email-dlq", tenThousand(t), "-e", "local")
	cmd := h.command(binary, "queues", "redrive", "email", "--where", "body.n >= 0", "--canary", "0", "--yes", "--json", "-e", "local")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var last struct {
		Event     string  `json:"event"`
		Moved     int     `json:"moved"`
		PerSecond float64 `json:"perSecond"`
	}
	memory := int64(0)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		memory = max(memory, peak(cmd.Process.Pid))
		if err := json.Unmarshal(lines.Bytes(), &last); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d moved, %.0f a second, %d MB", last.Moved, last.PerSecond, memory>>10)
	if last.Event != "done" || last.Moved != 10_000 {
		t.Errorf("the last line is %+v", last)
	}
	if last.PerSecond*float64(lenience()) < 1000 {
		t.Errorf("%.0f a second, meant to be 1,000", last.PerSecond)
	}
	if memory > most(50) {
		t.Errorf("%d kB of memory, meant to be 50 MB", memory)
	}
}
