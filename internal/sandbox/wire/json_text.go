package wire

import (
	"strings"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// quotable marks the bytes that a JSON string holds as they are.
var quotable = func() (table [utf8.RuneSelf]bool) {
	for c := range table {
		table[c] = c >= ' ' && c != '"' && c != '\\'
	}
	return table
}()

// appendQuoted writes a JSON string. Most are plain ASCII, which takes one look.
func appendQuoted(b []byte, s string) []byte {
	at := 0
	for at < len(s) && s[at] < utf8.RuneSelf && quotable[s[at]] {
		at++
	}
	b = append(b, '"')
	if at < len(s) {
		s = validText(s)
		b = appendEscapedJSON(append(b, s[:at]...), s[at:])
	} else {
		b = append(b, s...)
	}
	return append(b, '"')
}

func appendEscapedJSON(b []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf || quotable[c] {
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, `\n`...)
		case '\t':
			b = append(b, `\t`...)
		case '\r':
			b = append(b, `\r`...)
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(b, s[start:]...)
}

// validText replaces what is not UTF-8, which no text protocol can carry.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
