package line_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/logs/line"
)

const id = "09753288-fa78-d419-8a55-4bc5afa1c0d4"

// The lines of Lambda are those of its documentation.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
func TestLambdasLinesAreUnderstood(t *testing.T) {
	for _, c := range []struct {
		message string
		want    line.Parsed
	}{
		{"INIT_START Runtime Version: provided:al2023.v1\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:71ba\n", line.Parsed{Kind: line.Init}},
		{"START RequestId: " + id + " Version: $LATEST\n", line.Parsed{Kind: line.Start, RequestID: id}},
		{"END RequestId: " + id + "\n", line.Parsed{Kind: line.End, RequestID: id}},
		{
			"REPORT RequestId: " + id + "\tDuration: 68.77 ms\tBilled Duration: 208 ms\tMemory Size: 1024 MB\tMax Memory Used: 43 MB\tInit Duration: 138.91 ms\t\n",
			line.Parsed{Kind: line.Report, RequestID: id, Usage: &line.Usage{
				Duration: 68770 * time.Microsecond, Billed: 208 * time.Millisecond, Init: 138910 * time.Microsecond, MemoryMB: 1024, UsedMB: 43,
			}},
		},
		{
			"REPORT RequestId: " + id + "\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: 30 MB\tStatus: timeout",
			line.Parsed{Kind: line.Report, Level: line.Error, RequestID: id, Outcome: line.TimedOut, Usage: &line.Usage{
				Duration: 3 * time.Second, Billed: 3 * time.Second, MemoryMB: 128, UsedMB: 30, Status: "timeout",
			}},
		},
		{
			"REPORT RequestId: " + id + "\tDuration: 9.5 ms\tBilled Duration: 10 ms\tMemory Size: 128 MB\tMax Memory Used: 128 MB\tStatus: error\tError Type: Runtime.OutOfMemory",
			line.Parsed{Kind: line.Report, Level: line.Error, RequestID: id, Outcome: line.OutOfMemory, Usage: &line.Usage{
				Duration: 9500 * time.Microsecond, Billed: 10 * time.Millisecond, MemoryMB: 128, UsedMB: 128, Status: "error", ErrorType: "Runtime.OutOfMemory",
			}},
		},
		{"2026-11-22T10:00:00.000Z " + id + " Task timed out after 3.00 seconds", line.Parsed{Kind: line.Platform, Level: line.Error, RequestID: id, Outcome: line.TimedOut}},
		{"RequestId: " + id + " Error: Runtime exited with error: exit status 1", line.Parsed{Kind: line.Platform, Level: line.Error, RequestID: id, Outcome: line.Crashed}},
		{
			`{"time":"2026-11-22T10:00:00Z","type":"platform.report","record":{"requestId":"` + id + `","metrics":{"durationMs":101.51,"billedDurationMs":300,"memorySizeMB":512,"maxMemoryUsedMB":33,"initDurationMs":116.67},"status":"success"}}`,
			line.Parsed{Kind: line.Report, RequestID: id, Usage: &line.Usage{
				Duration: 101510 * time.Microsecond, Billed: 300 * time.Millisecond, Init: 116670 * time.Microsecond, MemoryMB: 512, UsedMB: 33,
			}},
		},
		{`{"time":"2026-11-22T10:00:00Z","type":"platform.start","record":{"requestId":"` + id + `","version":"$LATEST"}}`, line.Parsed{Kind: line.Start, RequestID: id}},
	} {
		got := line.Parse(c.message)
		got.Text = ""
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s\ngot  %+v\nwant %+v", c.message, got, c.want)
		}
	}
}

func TestLinesOfProgramsAreUnderstood(t *testing.T) {
	for _, c := range []struct {
		message string
		want    line.Parsed
	}{
		{
			`{"time":"2026-11-22T23:53:51.97Z","level":"WARN","msg":"job \"a\" refused","requestId":"` + id + `","count":2,"why":{"a":[1]}}`,
			line.Parsed{Kind: line.Text, Level: line.Warn, RequestID: id, Text: `job "a" refused`, Fields: []line.Field{{Name: "count", Value: "2"}, {Name: "why", Value: `{"a":[1]}`}}},
		},
		{
			`{"Environment":"local","JobWait":173.3,"_aws":{"Timestamp":1,"CloudWatchMetrics":[]}}`,
			line.Parsed{Kind: line.Metrics, Fields: []line.Field{{Name: "Environment", Value: "local"}, {Name: "JobWait", Value: "173.3"}}},
		},
		{
			`{"extendedRequestId":"x=","httpMethod":"POST","requestId":"` + id + `","requestTime":"22/Nov/2026:23:53:51 +0000","resourcePath":"/v1/jobs","status":"503","error.message":"-","responseLength":"52"}`,
			line.Parsed{Kind: line.Access, Level: line.Error, RequestID: id, Text: "POST /v1/jobs 503", Fields: []line.Field{{Name: "responseLength", Value: "52"}}},
		},
		{"[ERROR] it broke", line.Parsed{Kind: line.Text, Level: line.Error, Text: "[ERROR] it broke"}},
		{"2026-11-22T10:00:00.000Z\t" + id + "\tWARN\tslow", line.Parsed{Kind: line.Text, Level: line.Warn, RequestID: id, Text: "2026-11-22T10:00:00.000Z\t" + id + "\tWARN\tslow"}},
		{"panic: nil map", line.Parsed{Kind: line.Text, Level: line.Fatal, Text: "panic: nil map"}},
		{"an error is information here", line.Parsed{Kind: line.Text, Text: "an error is information here"}},
		{`{"broken":`, line.Parsed{Kind: line.Text, Text: `{"broken":`}},
		{`{} {}`, line.Parsed{Kind: line.Text, Text: `{} {}`}},
	} {
		if got := line.Parse(c.message); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s\ngot  %+v\nwant %+v", c.message, got, c.want)
		}
	}
}

func TestALineOfAMegabyteIsKept(t *testing.T) {
	text := strings.Repeat("x", 1<<20)
	if got := line.Parse(text); got.Text != text || got.Kind != line.Text {
		t.Errorf("%s with %d bytes", got.Kind, len(got.Text))
	}
	if got := line.Parse(`{"msg":"` + text + `"}`); got.Text != text {
		t.Errorf("%d bytes of a message", len(got.Text))
	}
}

// Whatever a line is, parsing ends, and a text keeps every byte.
func FuzzParse(f *testing.F) {
	f.Add("REPORT RequestId: " + id + "\tDuration: 68.77 ms\tBilled Duration: 9e99 ms\tMemory Size: -1 MB")
	f.Add(`{"time":"x","type":"platform.report","record":{"requestId":7}}`)
	f.Add("RequestId: \xff Error: ")
	f.Fuzz(func(t *testing.T, message string) {
		p := line.Parse(message)
		if p.Kind == line.Text && len(p.Fields) == 0 && !json.Valid([]byte(message)) && p.Text != message {
			t.Errorf("%q became %q", message, p.Text)
		}
		if p.Kind == line.Report && (p.Usage == nil || p.Usage.Duration < 0 || p.Usage.MemoryMB < 0) {
			t.Errorf("%q: %+v", message, p.Usage)
		}
		_ = line.Continues(message)
		_ = line.BeginsTrace(message)
	})
}
