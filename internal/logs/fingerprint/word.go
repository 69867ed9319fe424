package fingerprint

import "strings"

// Lengths from which a part of a word is taken for something made by a machine.
const (
	leastHex    = 6
	leastNumber = 8
	leastID     = 16
	// mostVersion is how many digits a number within a name has at most.
	mostVersion = 2
)

// writeWord writes a word with its variable parts replaced.
func writeWord(out *strings.Builder, word string) {
	if status(word) {
		out.WriteString(word)
		return
	}
	named := false
	for rest := word; rest != ""; {
		n := span(rest, alphanumeric)
		if n == 0 {
			out.WriteByte(rest[0])
			rest = rest[1:]
			continue
		}
		part := rest[:n]
		rest = rest[n:]
		if digits(part) && len(rest) > 1 && rest[0] == '.' && !named { // a fraction belongs to its number: only the digits count
			if f := span(rest[1:], digit); f > 0 {
				part, rest = part+rest[1:1+f], rest[1+f:]
				part += rest[:span(rest, letter)]
				rest = rest[span(rest, letter):]
			}
		}
		out.WriteString(replace(part, named))
		named = named || !strings.ContainsAny(part, "0123456789")
	}
}

// replace gives what stands for a part of a word; named says that letters came
// before it.
func replace(part string, named bool) string {
	number := span(part, digit)
	unit := part[number:]
	switch {
	case number == len(part) && named && number <= mostVersion:
		return part
	case number == len(part) && number < leastNumber:
		return "<n>"
	case number > 0 && units[strings.ToLower(unit)]:
		return "<n>" + unit
	case strings.HasPrefix(part, "0x") && span(part[2:], hexadecimal) == len(part)-2:
		return "<id>"
	case !strings.ContainsAny(part, "0123456789"):
		return part
	case len(part) >= leastID, len(part) >= leastHex && span(part, hexadecimal) == len(part):
		return "<id>"
	}
	return part
}

var units = map[string]bool{
	"ns": true, "us": true, "ms": true, "s": true, "m": true, "h": true, "d": true, "b": true, "kb": true, "mb": true, "gb": true,
}

// status reports whether a word is an HTTP status that tells of an error, with what
// punctuation there is around it.
func status(word string) bool {
	word = strings.Trim(word, ".,:;()[]'\"")
	return len(word) == 3 && (word[0] == '4' || word[0] == '5') && digits(word)
}

// span is how many bytes of text are of a kind, from the front.
func span(text string, kind func(byte) bool) int {
	n := 0
	for n < len(text) && kind(text[n]) {
		n++
	}
	return n
}

func digits(text string) bool { return span(text, digit) == len(text) }

func digit(c byte) bool { return c >= '0' && c <= '9' }

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func alphanumeric(c byte) bool { return digit(c) || letter(c) }

func hexadecimal(c byte) bool { return digit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
