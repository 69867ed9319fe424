package secrets

import (
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// quote writes a value as a JSON string, into a buffer that the caller wipes.
func quote(value []byte) ([]byte, error) {
	if !utf8.Valid(value) {
		return nil, fmt.Errorf("is not text: it is no valid UTF-8")
	}
	out := make([]byte, 0, 6*len(value)+2) // never grown, so that no copy is left behind
	out = append(out, '"')
	for _, b := range value {
		switch {
		case b == '"' || b == '\\':
			out = append(out, '\\', b)
		case b == '\n':
			out = append(out, '\\', 'n')
		case b == '\r':
			out = append(out, '\\', 'r')
		case b == '\t':
			out = append(out, '\\', 't')
		case b < ' ':
			out = append(out, '\\', 'u', '0', '0', hexDigits[b>>4], hexDigits[b&15])
		default:
			out = append(out, b)
		}
	}
	return append(out, '"'), nil
}

var escapes = map[byte]byte{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unquote reads a valid JSON string into one buffer. As in package encoding/json,
// what is no valid UTF-8 or half a surrogate pair becomes U+FFFD.
func unquote(quoted []byte) []byte {
	in := quoted[1 : len(quoted)-1]
	out := make([]byte, 0, 3*len(in)) // U+FFFD has three bytes and may stand for one
	for len(in) > 0 {
		switch {
		case in[0] == '\\' && in[1] == 'u':
			r, size := escapedRune(in)
			out, in = utf8.AppendRune(out, r), in[size:]
		case in[0] == '\\':
			b, ok := escapes[in[1]]
			if !ok {
				b = in[1]
			}
			out, in = append(out, b), in[2:]
		default:
			r, size := utf8.DecodeRune(in)
			out, in = utf8.AppendRune(out, r), in[size:]
		}
	}
	return out
}

const escapeSize = len(`\u0000`)

// escapedRune reads \uXXXX, or two of them that are a surrogate pair.
func escapedRune(in []byte) (r rune, size int) {
	r = hexRune(in[2:escapeSize])
	if rest := in[escapeSize:]; utf16.IsSurrogate(r) && len(rest) >= escapeSize && rest[0] == '\\' && rest[1] == 'u' {
		if pair := utf16.DecodeRune(r, hexRune(rest[2:escapeSize])); pair != utf8.RuneError {
			return pair, 2 * escapeSize
		}
	}
	return r, escapeSize // AppendRune makes a lone surrogate U+FFFD
}

func hexRune(digits []byte) (r rune) {
	for _, d := range digits {
		switch {
		case d >= 'a':
			d -= 'a' - 10
		case d >= 'A':
			d -= 'A' - 10
		default:
			d -= '0'
		}
		r = r<<4 | rune(d)
	}
	return r
}
