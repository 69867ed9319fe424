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
	at := plain(s)
	b = append(b, '"')
	if at < len(s) {
		s = validText(s)
		b = appendEscapedJSON(append(b, s[:at]...), s[at:])
	} else {
		b = append(b, s...)
	}
	return append(b, '"')
}

// plain is how many bytes a string begins with that stand for themselves: eight at a
// time as long as all of them do.
func plain(s string) int {
	at := 0
	for at+8 <= len(s) {
		w := s[at : at+8]
		if special(uint64(w[0]) | uint64(w[1])<<8 | uint64(w[2])<<16 | uint64(w[3])<<24 | uint64(w[4])<<32 | uint64(w[5])<<40 | uint64(w[6])<<48 | uint64(w[7])<<56) {
			break
		}
		at += 8
	}
	for at < len(s) && s[at] < utf8.RuneSelf && quotable[s[at]] {
		at++
	}
	return at
}

// special reports whether one of eight bytes is beyond ASCII, a control character, a
// quote or a backslash: where there is one, a subtraction leaves an upper bit.
func special(w uint64) bool {
	const each, upper = 0x0101010101010101, 0x8080808080808080
	return (w|(w-' '*each)|((w^'"'*each)-each)|((w^'\\'*each)-each))&upper != 0
}

func appendEscapedJSON(b []byte, s string) []byte {
	for {
		n := plain(s)
		for n < len(s) && s[n] >= utf8.RuneSelf {
			n++
		}
		b = append(b, s[:n]...)
		if n == len(s) {
			return b
		}
		c := s[n]
		s = s[n+1:]
		if quotable[c] { // behind what is beyond ASCII
			b = append(b, c)
			continue
		}
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
}

// validText replaces what is not UTF-8, which no text protocol can carry.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
