package vtl

import (
	"fmt"
	"strings"
)

// lexer walks the text.
type lexer struct {
	text string
	at   int
}

func (l *lexer) errorf(format string, args ...any) error {
	line := 1 + strings.Count(l.text[:min(l.at, len(l.text))], "\n")
	return fmt.Errorf("vtl: line %d: "+format, append([]any{line}, args...)...)
}

func (l *lexer) rest() string { return l.text[l.at:] }

func (l *lexer) peek() byte {
	if l.at < len(l.text) {
		return l.text[l.at]
	}
	return 0
}

// take moves past the token if it comes next.
func (l *lexer) take(token string) bool {
	if strings.HasPrefix(l.rest(), token) {
		l.at += len(token)
		return true
	}
	return false
}

func (l *lexer) expect(token string) error {
	l.space()
	if !l.take(token) {
		return l.errorf("expected %q", token)
	}
	return nil
}

// space moves past white space, as between the parts of an expression.
func (l *lexer) space() {
	for l.at < len(l.text) && strings.IndexByte(" \t\r\n", l.text[l.at]) >= 0 {
		l.at++
	}
}

// endLine moves past a line's end if nothing but blanks comes before it: a
// directive on a line of its own leaves no empty line.
func (l *lexer) endLine() {
	rest := strings.TrimLeft(l.rest(), " \t")
	rest = strings.TrimPrefix(rest, "\r")
	if after, ok := strings.CutPrefix(rest, "\n"); ok {
		l.at = len(l.text) - len(after)
	}
}

func letter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '_' }

func digit(b byte) bool { return b >= '0' && b <= '9' }

// identifier reads a name: it may have hyphens, as header names do.
func (l *lexer) identifier() string {
	if !letter(l.peek()) {
		return ""
	}
	start := l.at
	for l.at < len(l.text) && (letter(l.text[l.at]) || digit(l.text[l.at]) || l.text[l.at] == '-') {
		l.at++
	}
	return l.text[start:l.at]
}

// word reads a directive's name or an operator's.
func (l *lexer) word() string {
	start := l.at
	for l.at < len(l.text) && l.text[l.at] >= 'a' && l.text[l.at] <= 'z' {
		l.at++
	}
	return l.text[start:l.at]
}

// quoted reads a string to its end; a quote within is doubled.
func (l *lexer) quoted() (string, error) {
	quote := l.text[l.at]
	var out strings.Builder
	for i := l.at + 1; i < len(l.text); i++ {
		if l.text[i] != quote {
			out.WriteByte(l.text[i])
			continue
		}
		if i+1 < len(l.text) && l.text[i+1] == quote {
			i++
			out.WriteByte(quote)
			continue
		}
		l.at = i + 1
		return out.String(), nil
	}
	return "", l.errorf("a string does not end")
}
