package line

import "strings"

// scanner walks through JSON and checks it, as RFC 8259 has it. What it takes it
// leaves in the text.
type scanner struct {
	text string
	at   int
}

// mostDepth is how deep values may be in one another, as in encoding/json.
const mostDepth = 10_000

// peek skips space and looks at the next byte, 0 at the end.
func (s *scanner) peek() byte {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// take skips space and takes c, if it is there.
func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.at++
	return true
}

// member takes a name and its value.
func (s *scanner) member() (member, bool) {
	s.peek()
	from := s.at
	if !s.quoted() {
		return member{}, false
	}
	m := member{name: unquoted(s.text[from:s.at])}
	if !s.take(':') {
		return member{}, false
	}
	s.peek()
	from = s.at
	ok := s.value(1)
	m.raw = s.text[from:s.at]
	return m, ok
}

// value takes a value that is within depth others.
func (s *scanner) value(depth int) bool {
	switch c := s.peek(); c {
	case '"':
		return s.quoted()
	case '{':
		return depth < mostDepth && s.list('}', func() bool { return s.peek() == '"' && s.quoted() && s.take(':') && s.value(depth+1) })
	case '[':
		return depth < mostDepth && s.list(']', func() bool { return s.value(depth + 1) })
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	}
	return s.number()
}

// list takes an object or an array.
func (s *scanner) list(end byte, element func() bool) bool {
	s.at++
	if s.take(end) {
		return true
	}
	for element() {
		if !s.take(',') {
			return s.take(end)
		}
	}
	return false
}

func (s *scanner) word(word string) bool {
	if !strings.HasPrefix(s.text[s.at:], word) {
		return false
	}
	s.at += len(word)
	return true
}

// quoted takes a string.
func (s *scanner) quoted() bool {
	text := s.text
	if s.at >= len(text) || text[s.at] != '"' {
		return false
	}
	for at := s.at + 1; at < len(text); at++ {
		switch c := text[at]; {
		case c == '"':
			s.at = at + 1
			return true
		case c == '\\':
			if at++; !escape(text[at:]) {
				return false
			}
		case c < ' ':
			return false
		}
	}
	return false
}

// escape reports whether a text begins with what may stand behind a backslash.
func escape(text string) bool {
	if text == "" {
		return false
	}
	if text[0] != 'u' {
		return strings.IndexByte(`"\/bfnrt`, text[0]) >= 0
	}
	for i := 1; i <= 4; i++ {
		if i == len(text) || !hexadecimal(text[i]) {
			return false
		}
	}
	return true
}

// number takes a number.
func (s *scanner) number() bool {
	s.sign("-")
	if s.at < len(s.text) && s.text[s.at] == '0' {
		s.at++
	} else if !s.digits() {
		return false
	}
	if s.sign(".") && !s.digits() {
		return false
	}
	if !s.sign("eE") {
		return true
	}
	s.sign("+-")
	return s.digits()
}

// sign takes one of some bytes, if it is there.
func (s *scanner) sign(of string) bool {
	if s.at == len(s.text) || strings.IndexByte(of, s.text[s.at]) < 0 {
		return false
	}
	s.at++
	return true
}

// digits takes all digits that follow, at least one.
func (s *scanner) digits() bool {
	from := s.at
	for s.at < len(s.text) && s.text[s.at] >= '0' && s.text[s.at] <= '9' {
		s.at++
	}
	return s.at > from
}
