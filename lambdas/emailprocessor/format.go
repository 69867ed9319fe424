package emailprocessor

import (
	"embed"
	"html"
	"strings"
)

// files are the templates: {{called}}, {{tool}} and {{greeting}} stand for texts,
// {{facts}} for what fact.html or fact.txt makes of each fact.
//
// They are no text/template: that calls methods by name, for which the linker must
// keep every method of every type in the binary, and keyvex would be twice as large.
//
//go:embed template
var files embed.FS

// format is a way to write a mail.
type format struct {
	suffix string
	escape func(string) string
}

var (
	page  = format{".html", html.EscapeString}
	plain = format{".txt", func(s string) string { return s }}
)

// write fills the template of that name.
func (f format) write(template string, in Lead, tool string) string {
	var facts strings.Builder
	for _, fact := range in.facts() {
		facts.WriteString(f.fill("fact", "name", f.escape(fact.name), "value", f.escape(fact.value)))
	}
	return f.fill(template,
		"called", f.escape(in.Called()), "tool", f.escape(tool),
		"greeting", f.escape(strings.TrimSpace("Hello "+in.Name)), "facts", facts.String())
}

// fill puts values, given after their names, into a template in one pass: what
// looks like a placeholder in a value stays as it is.
func (f format) fill(template string, named ...string) string {
	text, err := files.ReadFile("template/" + template + f.suffix)
	if err != nil {
		panic("emailprocessor: " + err.Error()) // the files are compiled in
	}
	for i := 0; i < len(named); i += 2 {
		named[i] = "{{" + named[i] + "}}"
	}
	return strings.NewReplacer(named...).Replace(string(text))
}
