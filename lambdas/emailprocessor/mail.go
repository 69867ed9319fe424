package emailprocessor

import (
	"bytes"
	"embed"
	"encoding/json"
	htmltemplate "html/template"
	"slices"
	"strings"
	"sync"
	texttemplate "text/template"
	"unicode"

	"github.com/keyvex/keyvex/lambdas/store"
)

// Mail is a mail as it goes to the provider.
type Mail struct {
	From, To, Subject, Text, HTML string
}

// content is what the templates show.
type content struct {
	Lead    Lead
	Tool    string // its title
	Answers []answer
}

type answer struct{ Question, Text string }

//go:embed template
var files embed.FS

var (
	pages = sync.OnceValue(func() *htmltemplate.Template {
		return htmltemplate.Must(htmltemplate.ParseFS(files, "template/*.html"))
	})
	plain = sync.OnceValue(func() *texttemplate.Template {
		return texttemplate.Must(texttemplate.ParseFS(files, "template/*.txt"))
	})
)

// bodies are the templates and the subject of each recipient's mail.
var bodies = map[store.Recipient]struct{ template, subject string }{
	store.ToOwner:   {"owner", "New lead in "},
	store.ToVisitor: {"visitor", "Thank you for using "},
}

// render writes the mail to a recipient. What visitors entered is escaped in the
// page, and control characters have no way into the subject.
func render(to store.Recipient, in Lead, tool string) (Mail, error) {
	show := content{Lead: in, Tool: tool, Answers: answers(in.Answers)}
	body := bodies[to]
	var page, text bytes.Buffer
	if err := pages().ExecuteTemplate(&page, body.template+".html", show); err != nil {
		return Mail{}, err
	}
	if err := plain().ExecuteTemplate(&text, body.template+".txt", show); err != nil {
		return Mail{}, err
	}
	return Mail{Subject: printable(body.subject + tool), Text: text.String(), HTML: page.String()}, nil
}

// answers lists the members of a JSON object by name, texts as they are and all
// else as JSON.
func answers(document json.RawMessage) []answer {
	members := map[string]json.RawMessage{}
	if json.Unmarshal(document, &members) != nil {
		return nil
	}
	out := make([]answer, 0, len(members))
	for name, value := range members {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		out = append(out, answer{name, text})
	}
	slices.SortFunc(out, func(a, b answer) int { return strings.Compare(a.Question, b.Question) })
	return out
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}
