package insights

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// parser reads a query from the front.
type parser struct {
	rest  string
	depth int
	// gap is what skip passed last: the lengths of rest before and after.
	gap [2]int
}

// maxDepth bounds expressions within expressions.
const maxDepth = 100

// skip passes over space and comments.
func (p *parser) skip() {
	before := len(p.rest)
	p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace)
	for strings.HasPrefix(p.rest, "#") {
		_, p.rest, _ = strings.Cut(p.rest, "\n")
		p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace)
	}
	if len(p.rest) < before {
		p.gap = [2]int{before, len(p.rest)}
	}
}

func (p *parser) atEnd() bool { p.skip(); return p.rest == "" }

func (p *parser) at(c byte) bool { return !p.atEnd() && p.rest[0] == c }

func (p *parser) accept(symbol string) bool {
	p.skip()
	rest, ok := strings.CutPrefix(p.rest, symbol)
	if ok {
		p.rest = rest
	}
	return ok
}

// wordLength is how many bytes of text belong to a name, a keyword or a number.
func wordLength(text string) int {
	n := strings.IndexFunc(text, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("_@.$", c)
	})
	if n < 0 {
		return len(text)
	}
	return n
}

// word takes a keyword in small letters; empty if there is none.
func (p *parser) word() string {
	p.skip()
	n := wordLength(p.rest)
	word := strings.ToLower(p.rest[:n])
	p.rest = p.rest[n:]
	return word
}

// peekWord gives the keyword that comes next.
func (p *parser) peekWord() string {
	p.skip()
	return strings.ToLower(p.rest[:wordLength(p.rest)])
}

func (p *parser) acceptWord(word string) bool {
	if p.peekWord() != word {
		return false
	}
	p.rest = p.rest[len(word):]
	return true
}

func (p *parser) unexpected(wanted string) error {
	p.skip()
	found, _, _ := strings.Cut(p.rest, "\n")
	if len(found) > 20 {
		found = found[:20]
	}
	return fmt.Errorf("expected %s at %q", wanted, found)
}

// here and since give the source of what is parsed in between, without the gap that
// follows it.
func (p *parser) here() string { p.skip(); return p.rest }

func (p *parser) since(start string) string {
	end := len(p.rest)
	if end == p.gap[1] {
		end = p.gap[0]
	}
	return strings.TrimSpace(start[:max(0, len(start)-end)])
}

// field takes a name, in backquotes if it has unusual characters.
func (p *parser) field() (string, error) {
	p.skip()
	if rest, ok := strings.CutPrefix(p.rest, "`"); ok {
		name, rest, closed := strings.Cut(rest, "`")
		if !closed || name == "" {
			return "", p.unexpected("a name in backquotes")
		}
		p.rest = rest
		return name, nil
	}
	n := wordLength(p.rest)
	if c, _ := utf8.DecodeRuneInString(p.rest); n == 0 || unicode.IsDigit(c) {
		return "", p.unexpected("a field")
	}
	name := p.rest[:n]
	p.rest = p.rest[n:]
	return name, nil
}

func unquoteField(source string) string {
	if len(source) > 2 && source[0] == '`' && strings.IndexByte(source[1:], '`') == len(source)-2 {
		return source[1 : len(source)-1]
	}
	return source
}

// text takes a string in quotation marks of either kind.
func (p *parser) text() (string, error) {
	if !p.at('"') && !p.at('\'') {
		return "", p.unexpected("text in quotation marks")
	}
	closing := p.rest[0]
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		switch c := p.rest[i]; {
		case c == closing:
			p.rest = p.rest[i+1:]
			return b.String(), nil
		case c == '\\' && i+1 < len(p.rest):
			i++
			b.WriteByte(p.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", p.unexpected("the end of the text")
}

// regexp takes an expression between slashes; a slash within it is escaped.
func (p *parser) regexp() (*regexp.Regexp, error) {
	for i := 1; i < len(p.rest); i++ {
		switch p.rest[i] {
		case '\\':
			i++
		case '/':
			source := strings.ReplaceAll(p.rest[1:i], `\/`, "/")
			p.rest = p.rest[i+1:]
			compiled, err := regexp.Compile(source)
			if err != nil {
				return nil, fmt.Errorf("/%s/ is no regular expression", source)
			}
			return compiled, nil
		}
	}
	return nil, p.unexpected("the end of the regular expression")
}

func (p *parser) number() (float64, error) {
	start := p.here()
	word := p.word()
	n, err := strconv.ParseFloat(word, 64)
	if err != nil {
		p.rest = start
		return 0, p.unexpected("a number")
	}
	return n, nil
}

// globExpression turns the stars of a glob into groups.
func globExpression(glob string) (*regexp.Regexp, error) {
	parts := strings.Split(glob, "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	source := strings.Join(parts, "(.*?)")
	if strings.HasSuffix(glob, "*") {
		source += "$"
	}
	return regexp.Compile("(?s)" + source)
}
