package queues

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// done is something that was done, or why not.
type done struct {
	text string
	err  error
	// letters is set where other dead letters are there than before: they are read anew,
	// which counts as a receive of each.
	letters bool
}

func (p *Page) done(msg done) tea.Cmd {
	say := page.Send(page.Say{Text: msg.text, Tone: present.Good})
	if msg.err != nil {
		say = page.Send(page.Fail{Err: msg.err})
	}
	if msg.letters {
		p.unmark()
		return tea.Batch(say, p.reread(), p.peek())
	}
	return tea.Batch(say, p.reread())
}

// doing is a command that does something which may be refused.
func (p *Page) doing(does func(context.Context) (string, error)) tea.Cmd {
	return func() tea.Msg {
		if err := p.Allow(p.host.Context); err != nil {
			return done{err: err}
		}
		text, err := does(p.host.Context)
		return done{text: text, err: err}
	}
}

// Actions are what can be done with the messages, the queue and its consumer.
func (p *Page) Actions() []page.Action {
	if p.source == nil {
		return nil
	}
	out := p.moves()
	if pair, ok := p.pair(); ok {
		out = append(out, p.send(), p.remove(pair), p.save(pair), p.consumer(pair))
	}
	return out
}

// consumer pauses or resumes the function behind the queue.
func (p *Page) consumer(pair queues.Pair) page.Action {
	f := pair.Function
	if platform.ConsumerPauses(pair.Consumer) {
		return page.Action{Key: "p", Title: "resume " + string(f) + ": it takes messages again", Do: func() tea.Cmd {
			return p.doing(func(ctx context.Context) (string, error) {
				return string(f) + " takes messages again", p.Consumers.Resume(ctx, f)
			})
		}}
	}
	a := page.Action{Key: "p", Title: "pause " + string(f) + ": messages wait, none dies", Do: func() tea.Cmd {
		return page.Send(page.Ask{
			Title: "Pause " + string(f) + "?", Yes: "pause",
			Lines: []string{"Messages wait in " + string(p.queue()) + " until it is resumed.", "What it works on comes to its end."},
			Do:    p.doing(func(ctx context.Context) (string, error) { return string(f) + " is paused", p.Consumers.Pause(ctx, f) }),
		})
	}}
	if pair.Consumer == "" {
		a.Why = "its consumer is not known"
	}
	return a
}
