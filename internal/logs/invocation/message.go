package invocation

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// kind is what a message is to its invocation.
type kind int

const (
	words kind = iota // the function's own
	begun
	ended
	reported
	failed // Lambda's word that it stopped the function
)

// message is what a line says of its invocation.
type message struct {
	kind kind
	// request is the invocation's, empty where the line does not say.
	request string
	// level is slog's or Lambda's, in capitals; empty for text.
	level string
	// text and cause are what happened and why, ids whom the line is about.
	text, cause string
	ids         []string
	receive     int
	report
}

// report is what Lambda measured.
type report struct {
	duration, billed, init time.Duration
	memory, used           int
	cold                   bool
	// status is empty for success, else "timeout", "error" or "failure".
	status, errorType string
}

// read parses a line of Lambda's text format or its JSON format, or of slog's JSON.
// What is neither is the function's own words.
//
//	https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html
func read(text string) message {
	text = strings.TrimRight(text, "\n")
	if strings.HasPrefix(text, "{") {
		return readJSON(text)
	}
	for prefix, k := range map[string]kind{"START RequestId: ": begun, "END RequestId: ": ended, "REPORT RequestId: ": reported} {
		if rest, ok := strings.CutPrefix(text, prefix); ok {
			return readPlatform(k, rest)
		}
	}
	return readFailure(text)
}

// readPlatform reads what follows "RequestId: ".
func readPlatform(k kind, rest string) message {
	request, fields, _ := strings.Cut(rest, "\t")
	request, _, _ = strings.Cut(request, " ")
	m := message{kind: k, request: request}
	for field := range strings.SplitSeq(fields, "\t") {
		name, value, _ := strings.Cut(field, ": ")
		m.measure(name, strings.TrimSpace(value))
	}
	return m
}

func (r *report) measure(name, value string) {
	number, _, _ := strings.Cut(value, " ")
	switch name {
	case "Duration":
		r.duration = milliseconds(number)
	case "Billed Duration":
		r.billed = milliseconds(number)
	case "Init Duration", "Restore Duration":
		r.init, r.cold = milliseconds(number), true
	case "Memory Size":
		r.memory, _ = strconv.Atoi(number)
	case "Max Memory Used":
		r.used, _ = strconv.Atoi(number)
	case "Status":
		r.status = value
	case "Error Type":
		r.errorType = value
	}
}

// milliseconds is nothing where the text is no number that a duration can be.
func milliseconds(text string) time.Duration {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= 0 && n < 1e9) {
		return 0
	}
	return time.Duration(n * float64(time.Millisecond))
}

// readFailure reads the lines with which Lambda says why it stopped a function:
//
//	2026-11-22T10:00:00.000Z {id} Task timed out after 900.00 seconds
//	RequestId: {id} Error: Runtime exited with error: signal: killed
//	Runtime.ExitError
//
// and those with which Go says that a program ends.
func readFailure(text string) message {
	if before, after, ok := strings.Cut(text, " Task timed out after "); ok {
		if words := strings.Fields(before); len(words) == 2 {
			return message{kind: failed, request: words[1], text: "Task timed out after " + strings.TrimSpace(after), report: report{status: "timeout"}}
		}
	}
	if rest, ok := strings.CutPrefix(text, "RequestId: "); ok {
		request, what, _ := strings.Cut(rest, " Error: ")
		what, errorType, _ := strings.Cut(what, "\n")
		return message{kind: failed, request: request, text: what, report: report{status: "error", errorType: errorType}}
	}
	if strings.HasPrefix(text, "panic: ") || strings.HasPrefix(text, "fatal error: ") {
		first, _, _ := strings.Cut(text, "\n")
		return message{level: "ERROR", text: first}
	}
	return message{}
}

// document has the members that are looked at of all JSON lines.
type document struct {
	Type   string
	Record struct {
		RequestID, Status, ErrorType string
		Metrics                      struct {
			DurationMs, BilledDurationMs, InitDurationMs, RestoreDurationMs float64
			MemorySizeMB, MaxMemoryUsedMB                                   int
		}
	}
	Level, Msg, Message, Error, Stack string
	RequestID                         string
	JobID, InteractionID, LeadID      string
	ReceiveCount                      int
}

func readJSON(text string) message {
	var d document
	if json.Unmarshal([]byte(text), &d) != nil && d.Level == "" && d.Type == "" {
		return message{}
	}
	if event, ok := strings.CutPrefix(d.Type, "platform."); ok {
		return d.platform(event)
	}
	m := message{request: d.RequestID, level: strings.ToUpper(d.Level), text: d.Msg + d.Message, cause: d.Error, receive: d.ReceiveCount}
	for _, id := range []string{d.JobID, d.InteractionID, d.LeadID} {
		if id != "" {
			m.ids = append(m.ids, id)
		}
	}
	return m
}

func (d *document) platform(event string) message {
	kinds := map[string]kind{"start": begun, "runtimeDone": ended, "report": reported}
	m := message{kind: kinds[event], request: d.Record.RequestID}
	if m.kind != reported {
		return m
	}
	span := func(ms float64) time.Duration { return milliseconds(strconv.FormatFloat(ms, 'f', -1, 64)) }
	measured := d.Record.Metrics
	m.report = report{
		duration: span(measured.DurationMs), billed: span(measured.BilledDurationMs),
		init: span(measured.InitDurationMs + measured.RestoreDurationMs), memory: measured.MemorySizeMB, used: measured.MaxMemoryUsedMB,
		cold: measured.InitDurationMs+measured.RestoreDurationMs > 0, errorType: d.Record.ErrorType,
	}
	if d.Record.Status != "success" {
		m.status = d.Record.Status
	}
	return m
}
