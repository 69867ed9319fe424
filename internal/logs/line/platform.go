package line

import (
	"strconv"
	"strings"
	"time"
)

// parsePlatform understands Lambda's lines of text.
func parsePlatform(message string) (Parsed, bool) {
	word, rest, _ := strings.Cut(message, " ")
	switch word {
	case "START", "END", "REPORT":
		if id, after, ok := requestID(rest); ok {
			return platformLine(word, id, after, message), true
		}
	case "INIT_START":
		return Parsed{Kind: Init, Text: message}, true
	case "INIT_REPORT", "RESTORE_START", "RESTORE_REPORT", "EXTENSION", "LOGS":
		return Parsed{Kind: Platform, Text: message, Outcome: failed(usage(rest))}, true
	case "RequestId:": // RequestId: ... Error: Runtime exited with error: signal: killed
		id, after, _ := strings.Cut(rest, " ")
		if text, ok := strings.CutPrefix(after, "Error: "); ok {
			return Parsed{Kind: Platform, Level: Error, RequestID: id, Text: text, Outcome: Crashed}, true
		}
	}
	return timedOut(message)
}

func platformLine(word, id, after, message string) Parsed {
	switch word {
	case "START":
		return Parsed{Kind: Start, RequestID: id, Text: message}
	case "END":
		return Parsed{Kind: End, RequestID: id, Text: message}
	}
	u := usage(after)
	p := Parsed{Kind: Report, RequestID: id, Text: message, Usage: &u, Outcome: failed(u)}
	if p.Outcome != "" {
		p.Level = Error
	}
	return p
}

// requestID takes "RequestId: ..." from the beginning of a text.
func requestID(text string) (id, rest string, ok bool) {
	text, ok = strings.CutPrefix(text, "RequestId: ")
	if !ok {
		return "", "", false
	}
	end := strings.IndexAny(text, " \t")
	if end < 0 {
		return text, "", text != ""
	}
	return text[:end], text[end:], end > 0
}

// usage reads "Duration: 68.77 ms	Billed Duration: 208 ms ...". What it does not know
// it leaves out.
func usage(text string) Usage {
	var u Usage
	for part := range strings.SplitSeq(text, "\t") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), ": ")
		value = strings.TrimSpace(value)
		switch name {
		case "Duration":
			u.Duration = milliseconds(value)
		case "Billed Duration":
			u.Billed = milliseconds(value)
		case "Init Duration":
			u.Init = milliseconds(value)
		case "Restore Duration":
			u.Restore = milliseconds(value)
		case "Memory Size":
			u.MemoryMB = megabytes(value)
		case "Max Memory Used":
			u.UsedMB = megabytes(value)
		case "Status":
			u.Status = value
		case "Error Type":
			u.ErrorType = value
		}
	}
	return u
}

func milliseconds(text string) time.Duration {
	return span(strings.TrimSuffix(text, " ms"))
}

// span is a number of milliseconds.
func span(number string) time.Duration {
	ms, err := strconv.ParseFloat(number, 64)
	if err != nil || ms < 0 || ms > float64(24*time.Hour/time.Millisecond) {
		return 0
	}
	return time.Duration(ms * float64(time.Millisecond))
}

func megabytes(text string) int {
	n, err := strconv.Atoi(strings.TrimSuffix(text, " MB"))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// failed says how an invocation went that the report is about.
func failed(u Usage) Outcome {
	switch {
	case u.Status == "timeout":
		return TimedOut
	case strings.HasSuffix(u.ErrorType, "OutOfMemory"), u.Status == "error" && u.MemoryMB > 0 && u.UsedMB >= u.MemoryMB:
		return OutOfMemory
	case u.Status == "error", u.Status == "failure":
		return Crashed
	}
	return ""
}

// timedOut understands "2026-11-22T10:00:00.000Z 0975... Task timed out after 3.00 seconds".
func timedOut(message string) (Parsed, bool) {
	before, _, ok := strings.Cut(head(message), " Task timed out after ")
	if !ok {
		return Parsed{}, false
	}
	words := strings.Fields(before)
	if len(words) != 2 || !IsRequestID(words[1]) {
		return Parsed{}, false
	}
	text := strings.TrimSpace(message[len(before):])
	return Parsed{Kind: Platform, Level: Error, RequestID: words[1], Text: text, Outcome: TimedOut}, true
}
