package logs

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	domain "github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/logs/line"
)

// row is a line of a log with the frames that belong to it. Of what was understood it
// keeps what it is chosen by; the rest is understood again when it is drawn. A hundred
// thousand are held, so it has nothing that is not shown.
type row struct {
	message, request string
	frames           []string
	// timestamp is in milliseconds since 1970.
	timestamp  int64
	group      int
	level      line.Level
	cold, late bool
	// alike tells whether the row is of the page's kind of errors, once compared.
	compared, alike bool
}

// rowBytes is about what a row takes beside its texts.
const rowBytes = 128

func (r *row) size() int {
	size := rowBytes + len(r.message)
	for _, f := range r.frames {
		size += rowBytes + len(f)
	}
	return size
}

// entry is the row's line, understood.
func (r *row) entry() domain.Entry {
	e := domain.Entry{
		Line:   domain.Line{Group: r.group, Timestamp: r.timestamp, Message: r.message, Late: r.late},
		Parsed: line.Parse(r.message), Request: r.request, Cold: r.cold,
	}
	e.Level = r.level
	return e
}

// isOf reports whether the row is an error of a kind, of which a page has one.
func (r *row) isOf(kind string) bool {
	if !r.compared {
		r.compared, r.alike = true, invocation.Fingerprint(r.message) == kind
	}
	return r.alike
}

// text is what was logged, frames and all.
func (r *row) text() string {
	var out strings.Builder
	out.WriteString(strings.TrimSuffix(r.message, "\n"))
	for _, f := range r.frames {
		out.WriteString("\n" + strings.TrimSuffix(f, "\n"))
	}
	return out.String()
}

// choice says which rows are seen.
type choice struct {
	// group is the place of the only group that is, -1 for all.
	group int
	level line.Level
	text  string
	// kind is the fingerprint of the only errors that are, empty for all.
	kind string
}

// keep is the choice as a function. A text without any sign of a regular expression
// is searched as it is; case never counts.
func (c choice) keep() func(*row) bool {
	lower := strings.ToLower(c.text)
	contains := finder(lower)
	var expression *regexp.Regexp
	if strings.ContainsAny(c.text, `.*+?()[]{}|^$\`) {
		expression, _ = regexp.Compile("(?i)" + c.text) // while it is typed it may be none yet
	}
	return func(r *row) bool {
		switch {
		case c.group >= 0 && r.group != c.group, r.level < c.level, c.kind != "" && !r.isOf(c.kind):
			return false
		case c.text == "", strings.HasPrefix(r.request, lower):
			return true
		case expression != nil:
			return expression.MatchString(r.text())
		}
		return contains(r.message) || slices.ContainsFunc(r.frames, contains)
	}
}

// finder reports whether a text has a word in small letters, in any case. Of ASCII it
// makes no copy: a hundred thousand lines are searched while a letter is typed.
func finder(lower string) func(text string) bool {
	if strings.IndexFunc(lower, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
		return func(text string) bool { return strings.Contains(strings.ToLower(text), lower) }
	}
	large := strings.ToUpper(lower)
	return func(text string) bool {
		return has(text, lower, lower[0]) || large[0] != lower[0] && has(text, lower, large[0])
	}
}

// has reports whether a text has a word in any case that begins with one byte: the
// machine looks for a byte many at a time.
func has(text, lower string, first byte) bool {
	for {
		at := strings.IndexByte(text, first)
		if at < 0 || at+len(lower) > len(text) {
			return false
		}
		if begins(text[at:], lower) {
			return true
		}
		text = text[at+1:]
	}
}

func begins(text, lower string) bool {
	for i := range len(lower) {
		if small(text[i]) != lower[i] {
			return false
		}
	}
	return true
}

func small(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
