package line

import (
	"strings"
)

// parseText understands what is neither JSON nor Lambda's.
func parseText(message string) Parsed {
	p := Parsed{Kind: Text, Level: levelOf(message), Text: message}
	switch {
	case strings.HasPrefix(message, "panic: "), strings.HasPrefix(message, "fatal error: "):
		p.Level = Fatal
	case strings.HasPrefix(message, "Traceback (most recent call last)"), strings.Contains(head(message), "Unhandled"):
		p.Level = max(p.Level, Error)
	}
	for word := range strings.FieldsSeq(head(message)) {
		if IsRequestID(word) {
			p.RequestID = word
			break
		}
	}
	return p
}

// requestIDLength is that of a UUID: Lambda's request ids are of that form.
const requestIDLength = 36

// IsRequestID reports whether a word has the form of a Lambda request id.
func IsRequestID(word string) bool {
	if len(word) != requestIDLength {
		return false
	}
	for i := range len(word) {
		c := word[i]
		if hyphen := i == 8 || i == 13 || i == 18 || i == 23; hyphen != (c == '-') {
			return false
		}
		if c != '-' && !hexadecimal(c) {
			return false
		}
	}
	return true
}

func hexadecimal(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// BeginsTrace reports whether lines that follow belong to this one, as the frames
// of a stack trace do.
func BeginsTrace(message string) bool {
	for _, prefix := range []string{"panic: ", "fatal error: ", "goroutine ", "Traceback (", "Exception in thread ", "runtime: ", "SIGSEGV"} {
		if strings.HasPrefix(message, prefix) {
			return true
		}
	}
	return false
}

// Continues reports whether a line is part of the one before it, by its own looks.
func Continues(message string) bool {
	if message == "" {
		return false
	}
	return message[0] == ' ' || message[0] == '\t' || strings.HasPrefix(message, "Caused by: ") || strings.HasPrefix(message, "... ")
}

// Stack tells which lines of one stream belong together, as those of a stack trace do.
type Stack struct{ open bool }

// Next takes the stream's next line, and reports whether it belongs to the one before.
func (t *Stack) Next(message string, p Parsed) (continues bool) {
	plain := p.Kind == Text && len(p.Fields) == 0
	if plain && p.Level == Unknown && (t.open || Continues(message)) {
		return true
	}
	t.open = plain && BeginsTrace(message)
	return false
}
