package logs

import (
	"context"
	"iter"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	domain "github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/line"
)

// row is a line of a log with the frames that belong to it. Of what was understood it
// keeps what it is chosen by; the rest is understood again when it is drawn.
type row struct {
	domain.Line
	request string
	level   line.Level
	cold    bool
	frames  []domain.Line
}

// rowBytes is about what a row takes beside its texts.
const rowBytes = 256

func (r *row) size() int {
	size := rowBytes + len(r.Message)
	for _, f := range r.frames {
		size += rowBytes + len(f.Message)
	}
	return size
}

// entry is the row's line, understood.
func (r *row) entry() domain.Entry {
	return domain.Entry{Line: r.Line, Parsed: withLevel(line.Parse(r.Message), r.level), Request: r.request, Cold: r.cold}
}

func withLevel(p line.Parsed, level line.Level) line.Parsed {
	p.Level = level
	return p
}

// text is what was logged, frames and all.
func (r *row) text() string {
	var out strings.Builder
	out.WriteString(strings.TrimSuffix(r.Message, "\n"))
	for _, f := range r.frames {
		out.WriteString("\n" + strings.TrimSuffix(f.Message, "\n"))
	}
	return out.String()
}

// delivery is what the stream brings at a time: rows, a notice, or that all is read
// that there was.
type delivery struct {
	rows     []*row
	notice   *domain.Notice
	caughtUp bool
}

// mostRows bounds the rows of a delivery.
const mostRows = 500

// deliveries makes rows of a follower's lines, off the goroutine that draws. Lambda's
// START and END, which its REPORT repeats, and metrics are left out.
func deliveries(events iter.Seq2[domain.Event, error]) iter.Seq2[delivery, error] {
	return func(yield func(delivery, error) bool) {
		reader := domain.NewReader()
		for e, err := range events {
			if err != nil {
				yield(delivery{}, err)
				return
			}
			d := delivery{notice: e.Notice, caughtUp: e.CaughtUp}
			for together := range domain.Together(readAll(reader, e.Lines)) {
				if r := rowOf(together); r != nil {
					d.rows = append(d.rows, r)
				}
				if len(d.rows) == mostRows {
					if !yield(d, nil) {
						return
					}
					d = delivery{}
				}
			}
			if (len(d.rows) > 0 || d.notice != nil || d.caughtUp) && !yield(d, nil) {
				return
			}
		}
	}
}

func readAll(reader *domain.Reader, lines []domain.Line) []domain.Entry {
	entries := make([]domain.Entry, 0, len(lines))
	for _, l := range lines {
		l.ID = "" // all ids of a page share their memory
		entries = append(entries, reader.Read(l))
	}
	return entries
}

func rowOf(together []domain.Entry) *row {
	head := together[0]
	switch head.Kind {
	case line.Start, line.End, line.Metrics:
		return nil
	}
	r := &row{Line: head.Line, request: head.Request, level: head.Level, cold: head.Cold}
	for _, frame := range together[1:] {
		r.frames = append(r.frames, frame.Line)
	}
	return r
}

// follow is what a stream of the page is opened with.
func follow(source Source, o domain.Options) func(context.Context) iter.Seq2[delivery, error] {
	return func(ctx context.Context) iter.Seq2[delivery, error] { return deliveries(source.Follow(ctx, o)) }
}

// choice says which rows are seen.
type choice struct {
	// group is the place of the only group that is, -1 for all.
	group int
	level line.Level
	text  string
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
		case c.group >= 0 && r.Group != c.group, r.level < c.level:
			return false
		case c.text == "", strings.HasPrefix(r.request, lower):
			return true
		case expression != nil:
			return expression.MatchString(r.text())
		}
		return contains(r.Message) || slices.ContainsFunc(r.frames, func(f domain.Line) bool { return contains(f.Message) })
	}
}

// finder reports whether a text has a word in small letters, in any case. Of ASCII it
// makes no copy: a hundred thousand lines are searched while a letter is typed.
func finder(lower string) func(text string) bool {
	if strings.IndexFunc(lower, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
		return func(text string) bool { return strings.Contains(strings.ToLower(text), lower) }
	}
	return func(text string) bool {
		for i := 0; i+len(lower) <= len(text); i++ {
			if small(text[i]) == lower[0] && begins(text[i:], lower) {
				return true
			}
		}
		return false
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
