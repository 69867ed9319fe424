package pattern

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// fields is a pattern of space-delimited fields, [ip, ..., status = 4*, size].
type fields struct {
	// before are the fields ahead of the ellipsis, after those behind it.
	before, after []fieldPattern
	ellipsis      bool
}

// fieldPattern is one field of the pattern; its name may be empty, and its
// condition nil.
type fieldPattern struct {
	name      string
	condition condition
}

const ellipsis = "..."

func parseFields(text string) (matcher, error) {
	inner, ok := strings.CutSuffix(text[1:], "]")
	if !ok {
		return nil, errors.New("a bracket is not closed")
	}
	items, err := splitItems(inner)
	if err != nil {
		return nil, err
	}
	m, expressions := &fields{}, 0
	if len(items) == 1 && items[0] == "" { // [] fits everything
		m.ellipsis = true
		return m, nil
	}
	for _, item := range items {
		if item == ellipsis {
			if m.ellipsis {
				return nil, errors.New("a pattern has at most one ellipsis")
			}
			m.ellipsis = true
			continue
		}
		f, err := parseField(item, &expressions)
		if err != nil {
			return nil, err
		}
		if m.ellipsis {
			m.after = append(m.after, f)
		} else {
			m.before = append(m.before, f)
		}
	}
	return m, nil
}

// splitItems cuts at the commas outside of quotes and regular expressions.
func splitItems(text string) ([]string, error) {
	var items []string
	start, open := 0, rune(0)
	for i, c := range text {
		switch {
		case open != 0:
			if c == open {
				open = 0
			}
		case c == '"' || c == '%':
			open = c
		case c == ',':
			items = append(items, strings.TrimSpace(text[start:i]))
			start = i + 1
		}
	}
	if open != 0 {
		return nil, errQuote
	}
	return append(items, strings.TrimSpace(text[start:])), nil
}

func parseField(item string, expressions *int) (fieldPattern, error) {
	if !strings.ContainsAny(item, "=<>!") {
		if strings.ContainsFunc(item, func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(`"%()&|`, c) }) {
			return fieldPattern{}, fmt.Errorf("%q is no name of a field", item)
		}
		return fieldPattern{name: item}, nil
	}
	var f fieldPattern
	p := &parser{scanner: scanner{rest: item, expressions: *expressions}, check: func(selector string) error {
		if f.name != "" && f.name != selector {
			return fmt.Errorf("the conditions on %s and %s are one field's", f.name, selector)
		}
		f.name = selector
		return nil
	}}
	var err error
	f.condition, err = p.whole()
	*expressions = p.expressions
	return f, err
}

// split cuts a message into its fields. Text in quotation marks or brackets is one
// field, without them.
func split(message string) []string {
	var out []string
	rest := strings.TrimLeftFunc(message, unicode.IsSpace)
	for rest != "" {
		var field string
		field, rest = cutField(rest)
		out = append(out, field)
		rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
	}
	return out
}

func cutField(text string) (field, rest string) {
	closing := map[byte]string{'"': `"`, '[': "]"}[text[0]]
	if closing != "" {
		if field, rest, ok := strings.Cut(text[1:], closing); ok {
			return field, rest
		}
	}
	if i := strings.IndexFunc(text, unicode.IsSpace); i >= 0 {
		return text[:i], text[i:]
	}
	return text, ""
}

func (m *fields) match(message string) bool {
	_, ok := m.assign(message)
	return ok
}

// assign gives the message's fields by selector, if the message fits.
func (m *fields) assign(message string) (map[string]string, bool) {
	have := split(message)
	known := len(m.before) + len(m.after)
	if len(have) < known || len(have) > known && !m.ellipsis {
		return nil, false
	}
	out := make(map[string]string, len(have))
	for i, text := range have {
		f := m.at(i, len(have))
		if f.condition != nil && !f.condition.holds(func(string) []any { return []any{text} }) {
			return nil, false
		}
		name := f.name
		if name == "" {
			name = strconv.Itoa(i + 1)
		}
		out["$"+name] = text
	}
	return out, true
}

// at is what the pattern says of a message's field.
func (m *fields) at(i, total int) fieldPattern {
	if i < len(m.before) {
		return m.before[i]
	}
	if i -= total - len(m.after); i >= 0 {
		return m.after[i]
	}
	return fieldPattern{}
}

func (m *fields) extract(message string) map[string]string {
	out, _ := m.assign(message)
	return out
}

func (m *fields) value(message, selector string) (string, bool) {
	text, ok := m.extract(message)[selector]
	return text, ok
}
