package queues

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// drafts are bodies that were written and refused, by what they were written for: the
// next time the editor opens on them.
type drafts map[string]string

// written is a body as it came back from the editor.
type written struct {
	text string
	err  error
}

// compact is the body without what made it readable, if it is JSON.
func (w written) compact() string {
	text := strings.TrimSpace(w.text)
	var out bytes.Buffer
	if json.Compact(&out, []byte(text)) == nil {
		return out.String()
	}
	return text
}

// writing opens the editor on a draft or on the text.
func (p *Page) writing(what, text string, done func(written) tea.Msg) tea.Cmd {
	return page.Send(page.Edit{Text: cmp.Or(p.drafts[what], present.PrettyJSON(text)+"\n"), Suffix: ".json", Done: func(text string, err error) tea.Msg {
		return done(written{text, err})
	}})
}

// refuse keeps the draft and says what is wrong with it.
func (p *Page) refuse(what string, w written, faults []string) tea.Cmd {
	p.drafts[what] = w.text
	return page.Send(page.Fail{Err: problem.New(problem.Refused, "the consumer would refuse it: %s", strings.Join(faults, ", ")).
		WithHint("nothing was sent; the same action opens what you wrote")})
}

// edited is a message with another body.
type edited struct {
	message *queues.Message
	written
}

func (p *Page) edit() tea.Cmd {
	m := p.open.current()
	return p.writing(m.ID, m.Body, func(w written) tea.Msg { return edited{m, w} })
}

// edited shows what would change, and refuses what would die again.
func (p *Page) edited(msg edited) tea.Cmd {
	if msg.err != nil {
		return page.Send(page.Fail{Err: msg.err})
	}
	id, name, body := msg.message.ID, queues.Name{Queue: p.queue()}, msg.compact()
	changes, faults := queues.Diff(msg.message.Body, body), queues.Validate(name, body)
	switch {
	case len(changes) == 0:
		return page.Send(page.Say{Text: "nothing was changed, nothing was moved", Tone: present.Dim})
	case len(faults) > 0:
		return p.refuse(id, msg.written, faults)
	}
	delete(p.drafts, id)
	return page.Send(page.Ask{
		Title: "Redrive it to " + name.String() + " with this body?", Yes: "redrive", Lines: p.host.Look(p.width, 0).ChangeLines(id, changes),
		Do: p.redrive(queues.RedriveOptions{Selection: queues.Selection{IDs: map[string]bool{id: true}}, Bodies: map[string]string{id: body}}),
	})
}

// composed is a new message for a queue.
type composed struct {
	name queues.Name
	written
}

// send has a message written for the queue.
func (p *Page) send() page.Action {
	name := queues.Name{Queue: p.queue()}
	return page.Action{Key: "n", Title: "write a message and send it to " + name.String(), Do: func() tea.Cmd {
		return p.writing(name.String(), queues.Sample(name), func(w written) tea.Msg { return composed{name, w} })
	}}
}

// composed asks before it sends, and refuses what would die.
func (p *Page) composed(msg composed) tea.Cmd {
	if msg.err != nil {
		return page.Send(page.Fail{Err: msg.err})
	}
	body, name := msg.compact(), msg.name
	if body == "" || body == queues.Sample(name) {
		return page.Send(page.Say{Text: "nothing was written, nothing was sent", Tone: present.Dim})
	}
	if faults := queues.Validate(name, body); len(faults) > 0 {
		return p.refuse(name.String(), msg.written, faults)
	}
	delete(p.drafts, name.String())
	return page.Send(page.Ask{
		Title: "Send this to " + name.String() + "?", Yes: "send", Lines: strings.Split(present.Harmless(present.PrettyJSON(body)), "\n"),
		Do: p.doing(func(ctx context.Context) (string, error) {
			m, err := p.source.SendBody(ctx, name, body)
			if m.Doubt {
				return m.ID + " was sent, perhaps twice: a first try broke off", err
			}
			return m.ID + " was sent", err
		}),
	})
}
