package emailprocessor

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"github.com/keyvex/keyvex/lambdas/store"
)

// Mail is a mail as it goes to the provider.
type Mail struct {
	From, To, Subject, Text, HTML string
}

// bodies are the template and the subject of each recipient's mail.
var bodies = map[store.Recipient]struct{ template, subject string }{
	store.ToOwner:   {"owner", "New lead in "},
	store.ToVisitor: {"visitor", "Thank you for using "},
}

// render writes the mail to a recipient. What visitors entered is escaped in the
// page, and control characters have no way into the subject.
func render(to store.Recipient, in Lead, tool string) Mail {
	body := bodies[to]
	return Mail{
		Subject: printable(body.subject + tool),
		Text:    plain.write(body.template, in, tool), HTML: page.write(body.template, in, tool),
	}
}

// fact is one thing that a lead says.
type fact struct{ name, value string }

// facts lists what a lead says, without what was left empty.
func (in Lead) facts() []fact {
	all := append([]fact{{"E-mail", in.Email}, {"Name", in.Name}, {"Phone", in.Phone}, {"Company", in.Company}}, answers(in.Answers)...)
	return slices.DeleteFunc(all, func(f fact) bool { return f.value == "" })
}

// answers lists the members of a JSON object by name, texts as they are and all
// else as JSON.
func answers(document json.RawMessage) []fact {
	members := map[string]json.RawMessage{}
	if json.Unmarshal(document, &members) != nil {
		return nil
	}
	out := make([]fact, 0, len(members))
	for name, value := range members {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		out = append(out, fact{name, text})
	}
	slices.SortFunc(out, func(a, b fact) int { return strings.Compare(a.name, b.name) })
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
