package line

import "strings"

// Level is how grave a line is.
type Level int8

// The levels.
const (
	Unknown Level = iota
	Trace
	Debug
	Info
	Warn
	Error
	Fatal
)

var levels = []string{"", "trace", "debug", "info", "warn", "error", "fatal"}

func (l Level) String() string { return levels[l] }

// Levels lists the names of the levels.
func Levels() []string { return levels[1:] }

// ParseLevel finds a level by its name, in any case of letters and in the forms
// that logging libraries have.
func ParseLevel(name string) (Level, bool) {
	switch strings.ToLower(name) {
	case "trace":
		return Trace, true
	case "debug":
		return Debug, true
	case "info", "information", "notice":
		return Info, true
	case "warn", "warning":
		return Warn, true
	case "error", "err":
		return Error, true
	case "fatal", "critical", "panic":
		return Fatal, true
	}
	return Unknown, false
}

// levelOf finds a level at the beginning of a text: "[ERROR] ", "WARN\t", "level=warn".
func levelOf(text string) Level {
	for i, word := range strings.FieldsFunc(head(text), func(r rune) bool { return r == ' ' || r == '\t' }) {
		if value, ok := strings.CutPrefix(word, "level="); ok {
			level, _ := ParseLevel(value)
			return level
		}
		word = strings.Trim(word, "[]:")
		if level, ok := ParseLevel(word); ok && i < wordsBeforeLevel && word == strings.ToUpper(word) {
			return level
		}
	}
	return Unknown
}

// wordsBeforeLevel is how far into a line its level may stand: after the time and
// the request id.
const wordsBeforeLevel = 4

// headLength is how much of a line is looked at for what stands at its beginning.
const headLength = 200

func head(text string) string { return text[:min(len(text), headLength)] }
