package fleet

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
)

// Outcome is how an invocation ended.
type Outcome struct {
	// Payload is the function's answer, or an error object.
	Payload []byte
	// Failed says that it is an error object.
	Failed bool
	// Tail is the last 4 kB of the invocation's log.
	Tail []byte
}

// report is what Lambda knows of an invocation when it has ended.
type report struct {
	Function
	request               string
	cold                  bool
	initialized, duration time.Duration
	memory                int64 // bytes
	reply                 runner.Reply
	// failure is the platform's; what the function itself reports is in reply.
	failure *runner.Failure
}

func (r *report) failed() bool { return r.failure != nil || r.reply.Failed }

// payload is what the caller is told.
func (r *report) payload() []byte {
	if r.failure == nil {
		return r.reply.Payload
	}
	return runner.ErrorObject(r.failure.Type, r.sentence())
}

func (r *report) sentence() string { return "RequestId: " + r.request + " Error: " + r.failure.Message }

// timedOut words a time-out, with the seconds that the function was given.
func timedOut(limit time.Duration) string {
	return fmt.Sprintf("Task timed out after %.2f seconds", limit.Seconds())
}

// lines end an invocation in the log; the texts are those of Lambda's text format:
//
//	https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html
func (r *report) lines(now time.Time) []string {
	var out []string
	switch {
	case r.failure == nil:
	case r.failure.Type == runner.TimedOut:
		out = append(out, now.UTC().Format("2006-01-02T15:04:05.000Z")+" "+r.request+" "+r.failure.Message+"\n")
	default:
		out = append(out, r.sentence()+"\n"+r.failure.Type)
	}
	return append(out, "END RequestId: "+r.request, r.line())
}

func (r *report) line() string {
	billed := r.duration
	if r.cold {
		billed += r.initialized // billed for every runtime since August 2025
	}
	var b strings.Builder
	fmt.Fprintf(&b, "REPORT RequestId: %s\tDuration: %s ms\tBilled Duration: %.0f ms\tMemory Size: %d MB\tMax Memory Used: %d MB\t",
		r.request, milliseconds(r.duration), math.Ceil(1000*billed.Seconds()), r.Memory, megabytes(r.memory))
	if r.cold {
		fmt.Fprintf(&b, "Init Duration: %s ms\t", milliseconds(r.initialized))
	}
	switch {
	case r.failure == nil:
	case r.failure.Type == runner.TimedOut:
		b.WriteString("Status: timeout")
	default:
		b.WriteString("Status: error\tError Type: " + r.failure.Type)
	}
	return b.String()
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.2f", 1000*d.Seconds()) }

// megabytes rounds up, as a process that was never seen uses none.
func megabytes(bytes int64) int64 { return (bytes + 1<<20 - 1) >> 20 }

// initStart is the first line of a log stream. The runtime's version is this
// platform's own; AWS has no other way to say that there is one.
func initStart(runtime string) string {
	version := strings.Replace(runtime, ".", ":", 1) + ".v1"
	sum := sha256.Sum256([]byte(version))
	return "INIT_START Runtime Version: " + version + "\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:" + hex.EncodeToString(sum[:])
}

func initReport(took time.Duration, f *runner.Failure) string {
	line := "INIT_REPORT Init Duration: " + milliseconds(took) + " ms\tPhase: init\t"
	if f.Type == runner.TimedOut {
		return line + "Status: timeout"
	}
	return line + "Status: error\tError Type: " + f.Type
}

// maxTail is what Lambda gives of a log, in bytes.
const maxTail = 4 << 10

// tail keeps the end of an invocation's log.
type tail struct{ text []byte }

func (t *tail) reset() { t.text = t.text[:0] }

func (t *tail) add(line string) {
	t.text = append(t.text, line...)
	if over := len(t.text) - maxTail; over > 0 {
		t.text = append(t.text[:0], t.text[over:]...)
	}
}

func (t *tail) bytes() []byte { return append([]byte(nil), t.text...) }
