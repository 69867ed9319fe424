// Package secrets reads and changes the three secrets of an environment without
// losing anybody's change and without letting a value out.
//
// A value is held by Value alone. A secret's JSON document is edited byte for byte,
// and written by a compare-and-swap of its current version: see Vault.Write.
//
// What the AWS SDK is given and gives back are strings of its own, which nobody can
// wipe: they stay in the process's memory until the garbage collector reuses it.
package secrets

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"log/slog"
	"unicode/utf8"
)

const redacted = "[redacted]"

// Value is a secret value. It prints as [redacted] in every way there is to print it;
// Bytes is the only way to what it holds.
type Value struct {
	// A function: within another struct fmt does not ask Format, but looks behind
	// everything else.
	held func() []byte
}

// NewValue holds the bytes, which are the value's from then on: Wipe overwrites them.
func NewValue(value []byte) Value { return Value{held: func() []byte { return value }} }

// Bytes is the value itself, not a copy.
func (v Value) Bytes() []byte {
	if v.held == nil {
		return nil
	}
	return v.held()
}

// Wipe overwrites the value's buffer with zeros, with what it may hold behind the value.
func (v Value) Wipe() {
	buffer := v.Bytes()
	clear(buffer[:cap(buffer)])
}

// Len is the value's length in characters.
func (v Value) Len() int { return utf8.RuneCount(v.Bytes()) }

// Equal compares in a time that tells nothing of the values but their lengths.
func (v Value) Equal(other Value) bool {
	return subtle.ConstantTimeCompare(v.Bytes(), other.Bytes()) == 1
}

// fingerprintBytes is short enough that a guess cannot be confirmed by it.
const fingerprintBytes = 4

// Fingerprint tells values apart, in eight hexadecimal digits, the same on every machine.
func (v Value) Fingerprint() string {
	sum := sha256.New()
	sum.Write([]byte("keyvex fingerprint\x00"))
	sum.Write(v.Bytes())
	return hex.EncodeToString(sum.Sum(nil)[:fingerprintBytes])
}

// Format writes [redacted] for every verb of package fmt.
func (Value) Format(state fmt.State, _ rune) { fmt.Fprint(state, redacted) }

// String is [redacted].
func (Value) String() string { return redacted }

// MarshalText writes [redacted], for JSON among others.
func (Value) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue writes [redacted] for package slog.
func (Value) LogValue() slog.Value { return slog.StringValue(redacted) }
