package jsonschema

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// longest bounds a number's text and its exponent: exact arithmetic takes seconds
// for 1e-999999, and documents come from strangers.
const longest = 1000

// exact is the value of a number. It is nil beyond the bound: such a number breaks
// what is asked of it.
func exact(n json.Number) *big.Rat {
	text := strings.ToLower(n.String())
	_, exponent, has := strings.Cut(text, "e")
	size, err := strconv.Atoi(exponent)
	if len(text) > longest || has && (err != nil || max(size, -size) > longest) {
		return nil
	}
	value, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil
	}
	return value
}

func whole(n json.Number) bool {
	value := exact(n)
	return value != nil && value.IsInt()
}

// incomparable is what compare gives where a value is beyond it.
const incomparable = 2

func compare(a, b json.Number) int {
	x, y := exact(a), exact(b)
	if x == nil || y == nil {
		return incomparable
	}
	return x.Cmp(y)
}

func (p place) number(keyword string) json.Number {
	number, ok := p.members[keyword].(json.Number)
	p.shaped(ok && exact(number) != nil, keyword, "a number")
	return number
}

// bounded is "minimum" or "maximum", with its "exclusive" flag.
func (p place) bounded(keyword string) rule {
	bound, inside, exclusive := p.number(keyword), 1, p.flag("exclusiveMinimum")
	if keyword == "maximum" {
		inside, exclusive = -1, p.flag("exclusiveMaximum")
	}
	return func(path string, value any) []Violation {
		number, ok := value.(json.Number)
		if !ok {
			return nil
		}
		order := compare(number, bound)
		return unless(order == inside || order == 0 && !exclusive, path, keyword)
	}
}

func (p place) multiple() rule {
	number := p.number("multipleOf")
	divisor := exact(number)
	p.shaped(divisor != nil && divisor.Sign() > 0, "multipleOf", "above 0")
	return func(path string, value any) []Violation {
		number, ok := value.(json.Number)
		if !ok {
			return nil
		}
		dividend := exact(number)
		return unless(dividend != nil && new(big.Rat).Quo(dividend, divisor).IsInt(), path, "multipleOf")
	}
}

// counted is one of the keywords that bound a length or a number of parts.
func (p place) counted(keyword string) rule {
	bound := exact(p.number(keyword))
	p.shaped(bound != nil && bound.IsInt() && bound.Sign() >= 0, keyword, "a count")
	return func(path string, value any) []Violation {
		n, ok := count(value, keyword)
		if !ok {
			return nil
		}
		order := new(big.Rat).SetInt64(int64(n)).Cmp(bound)
		return unless(order == 0 || order > 0 == strings.HasPrefix(keyword, "min"), path, keyword)
	}
}

// count is how much a value has of what the keyword counts, if it has any.
func count(value any, keyword string) (int, bool) {
	switch v := value.(type) {
	case string:
		return utf8.RuneCountInString(v), strings.HasSuffix(keyword, "Length")
	case []any:
		return len(v), strings.HasSuffix(keyword, "Items")
	case map[string]any:
		return len(v), strings.HasSuffix(keyword, "Properties")
	}
	return 0, false
}
