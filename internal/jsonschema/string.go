package jsonschema

import "regexp"

func (p place) pattern() rule {
	expression := p.expression(p.text("pattern"), "pattern")
	return func(path string, value any) []Violation {
		text, ok := value.(string)
		return unless(!ok || expression.MatchString(text), path, "pattern")
	}
}

// expression compiles a pattern; one that is none fails the schema and matches all.
func (p place) expression(text, keyword string) *regexp.Regexp {
	expression, err := regexp.Compile(text)
	if err != nil {
		p.shaped(false, keyword, "a regular expression")
		return &regexp.Regexp{}
	}
	return expression
}
