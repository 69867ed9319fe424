package pattern

import (
	"regexp"
	"strings"
	"unicode"
)

// terms is a pattern of words: all that must be there, any of which must, and
// those that must not.
type terms struct{ all, any, none []term }

// term is found where its text stands, or where its expression matches.
type term struct {
	text       string
	expression *regexp.Regexp
}

func (t term) in(message string) bool {
	if t.expression != nil {
		return t.expression.MatchString(message)
	}
	return strings.Contains(message, t.text)
}

func parseTerms(text string) (matcher, error) {
	m := &terms{}
	s := &scanner{rest: text}
	for {
		s.rest = strings.TrimLeftFunc(s.rest, unicode.IsSpace)
		if s.rest == "" {
			break
		}
		list := &m.all
		switch s.rest[0] {
		case '?':
			list = &m.any
		case '-':
			list = &m.none
		}
		if list != &m.all && len(s.rest) > 1 {
			s.rest = s.rest[1:]
		}
		t, err := s.term()
		if err != nil {
			return nil, err
		}
		*list = append(*list, t)
	}
	if len(m.all)+len(m.none) > 0 { // AWS ignores alternatives beside other terms
		m.any = nil
	}
	return m, nil
}

// term takes the next term, which ends at a space.
func (s *scanner) term() (term, error) {
	switch s.rest[0] {
	case '"':
		t, err := s.quote()
		return term{text: t.text}, err
	case '%':
		t, err := s.expression()
		if err != nil {
			return term{}, err
		}
		compiled, err := compile(t.text)
		return term{expression: compiled}, err
	}
	i := strings.IndexFunc(s.rest, unicode.IsSpace)
	if i < 0 {
		i = len(s.rest)
	}
	t := term{text: s.rest[:i]}
	s.rest = s.rest[i:]
	return t, nil
}

func (m *terms) match(message string) bool {
	for _, t := range m.all {
		if !t.in(message) {
			return false
		}
	}
	for _, t := range m.none {
		if t.in(message) {
			return false
		}
	}
	for _, t := range m.any {
		if t.in(message) {
			return true
		}
	}
	return len(m.any) == 0
}

// Terms name nothing.
func (m *terms) extract(string) map[string]string { return map[string]string{} }

func (m *terms) value(string, string) (string, bool) { return "", false }
