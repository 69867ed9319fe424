package secret

import (
	"fmt"
	"log/slog"
)

const redacted = "[redacted]"

// Value is one version of a secret. It prints as [redacted] in every way there is
// to print it; Key is the only way to what it holds.
type Value struct {
	// Version is the version's id, which may be logged.
	Version string
	// A function: within another struct fmt does not ask Format, but looks behind
	// everything else, pointers too.
	key func(name string) string
}

// Key is the value of one key of the secret's JSON document, empty if there is none.
func (v Value) Key(name string) string {
	if v.key == nil {
		return ""
	}
	return v.key(name)
}

// Format writes [redacted] for every verb of package fmt.
func (Value) Format(state fmt.State, _ rune) { fmt.Fprint(state, redacted) }

// MarshalText writes [redacted], for JSON among others.
func (Value) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue writes [redacted] for package slog.
func (Value) LogValue() slog.Value { return slog.StringValue(redacted) }
