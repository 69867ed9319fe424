package present_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/present"
)

func drawn(look present.Look, wrap bool, message string) []string {
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	style := present.LogStyle{Look: look, Zone: time.UTC, Today: at, Groups: []logs.Group{{Short: "ai-processor"}}, Wrap: wrap, Fold: wrap}
	return style.LogLines(logs.NewReader().Read(logs.Line{Timestamp: at.UnixMilli(), Message: message}))
}

func TestALogLineCannotDriveTheTerminal(t *testing.T) {
	for _, message := range []string{
		"\x1b[2Jgone", "\x1b]0;title\x07", "a\rb", "\u202egnp.exe", "\x9b31m", `{"msg":"\u001b[31m","x\u001b[0m":"\u0007"}`, "bad \xff\xfe bytes", "RequestId: \x1b[1m Error: \x1b[2J",
	} {
		for _, text := range drawn(present.Look{Width: 80}, true, message) {
			if strings.ContainsAny(text, "\x1b\x07\r\u202e\u009b") || strings.ToValidUTF8(text, "") != text {
				t.Errorf("%q became %q", message, text)
			}
		}
	}
}

func TestLogLinesFitTheScreen(t *testing.T) {
	message := `{"level":"WARN","msg":"` + strings.Repeat("some words ", 30) + `","url":"` + strings.Repeat("x", 300) + `"}`
	for _, width := range []int{60, 80} {
		for _, text := range drawn(present.Look{Width: width, Color: true}, true, message) {
			if present.Width(text) > width {
				t.Errorf("%d cells of %d: %q", present.Width(text), width, text)
			}
		}
	}
	if lines := drawn(present.Look{Width: 1000}, false, message); len(lines) != 1 {
		t.Errorf("%d lines in a pipe", len(lines))
	}
}

func TestALineOfAMegabyteIsShortenedAndSaysSo(t *testing.T) {
	lines := drawn(present.Look{Width: 1000}, false, strings.Repeat("x", 1<<20))
	if text := strings.Join(lines, ""); len(text) > 5000 || !strings.HasSuffix(text, "(1044480 more bytes)") {
		t.Errorf("%d bytes: %s", len(text), text[max(0, len(text)-60):])
	}
}

func TestMembersOfAJSONLineAreFoldedOrHaveALineEach(t *testing.T) {
	message := `{"level":"INFO","msg":"stored","jobId":"job-1","why":{"a":[1]},"long":"` + strings.Repeat("x", 60) + `","last":"1"}`
	if lines := drawn(present.Look{Width: 60}, true, message); len(lines) != 1 || !strings.HasSuffix(lines[0], "stored jobId=job-1 last=1 +2") {
		t.Errorf("on a terminal: %q", lines)
	}
	if lines := drawn(present.Look{Width: 60}, false, message); len(lines) != 1 || strings.Contains(lines[0], "+") || !strings.HasSuffix(lines[0], " last=1") {
		t.Errorf("in a pipe: %q", lines)
	}
	style := present.LogStyle{Look: present.Look{Width: 60}, Zone: time.UTC, Groups: []logs.Group{{}}, Unfold: true}
	got := strings.Join(style.LogLines(logs.NewReader().Read(logs.Line{Message: message})), "\n")
	if want := "\n    jobId: job-1\n    why: {\n      \"a\": [\n        1\n      ]\n    }\n"; !strings.Contains(got, want) {
		t.Errorf("unfolded: %q lacks %q", got, want)
	}
}

func TestWhyALineFailedIsShownBeforeAllElse(t *testing.T) {
	message := `{"level":"ERROR","msg":"handed back","jobId":"job-1","error":"openai 401: the key ` + strings.Repeat("x", 60) + ` is not valid"}`
	if lines := drawn(present.Look{Width: 70}, true, message); len(lines) != 1 || !strings.Contains(lines[0], "handed back error=") || !strings.HasSuffix(lines[0], `valid" +1`) {
		t.Errorf("%q", lines)
	}
}
