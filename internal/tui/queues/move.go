package queues

import (
	"context"
	"fmt"
	"maps"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// canaries go first where there are more messages than go without.
const canaries = 1

// busy reports whether messages of the queue are being moved.
func (p *Page) busy() bool {
	r := p.Runs.of(p.queue())
	return r != nil && !r.look().over
}

// moves are the ways to bring dead letters back.
func (p *Page) moves() []page.Action {
	if p.busy() {
		return []page.Action{{Key: "c", Title: "stop the redrive of " + string(p.queue()), Do: p.stop}}
	}
	pair, known := p.pair()
	out := []page.Action{p.redriveAction(pair)}
	if p.open != nil && p.open.left != nil {
		out = append(out, p.carryOn(*p.open.left))
	}
	if p.open != nil && p.open.current() != nil {
		out = append(out, page.Action{Key: "e", Title: "edit this message, then redrive it", Do: p.edit})
	}
	if known && pair.DeadLetter.Ready > 0 {
		out = append(out, page.Action{Key: "s", Title: "have SQS move " + all(pair.DeadLetter.Messages()) + ", without a canary", Do: func() tea.Cmd { return p.bySQS(pair) }})
	}
	return out
}

// meant are the messages that a redrive means: those that are marked, else those that
// the filter shows, else all of the queue, for which ids is empty.
func (p *Page) meant(pair queues.Pair) (ids map[string]bool, n int, words string) {
	ids = map[string]bool{}
	b := p.open
	switch {
	case b != nil && len(b.marks) > 0:
		ids, words = maps.Clone(b.marks), "marked "
	case b != nil && (b.text != "" || b.causes.entered != nil):
		for _, m := range b.shown {
			ids[m.ID] = true
		}
		words = "filtered "
		if b.text == "" {
			words = "such "
		}
	case b != nil && b.complete && len(b.messages) < most:
		return ids, max(len(b.messages), pair.DeadLetter.Messages()), ""
	default:
		return ids, pair.DeadLetter.Messages(), ""
	}
	return ids, len(ids), words
}

func (p *Page) redriveAction(pair queues.Pair) page.Action {
	ids, n, words := p.meant(pair)
	letters := present.Count(n, words+"dead letter")
	a := page.Action{Key: "r", Title: fmt.Sprintf("redrive %s to %s", letters, p.queue()), Do: func() tea.Cmd {
		o := queues.RedriveOptions{Selection: queues.Selection{IDs: ids}, Canary: canaries}
		if n <= queues.NoCanary && p.host.Where.Tier != platform.Production {
			return p.redrive(o)
		}
		lines := []string{"Each is sent, and deleted when SQS has acknowledged that."}
		if n > queues.NoCanary {
			lines = append(lines, fmt.Sprintf("One goes first; the others follow when %s has done it.", p.queue().Spec().Consumer))
		}
		return page.Send(page.Ask{Title: "Redrive " + letters + " to " + string(p.queue()) + "?", Lines: lines, Yes: "redrive", Do: p.redrive(o)})
	}}
	switch {
	case n == 0:
		a.Why = "nothing is there"
	case platform.ConsumerPauses(pair.Consumer):
		a.Title += ", which waits: " + string(pair.Function) + " is paused"
	}
	return a
}

// carryOn does what is left of a redrive that was cut off, with all that it was asked for.
func (p *Page) carryOn(left queues.Unfinished) page.Action {
	return page.Action{Key: "c", Title: "carry on the redrive that is not finished", Do: func() tea.Cmd {
		o, err := left.Plan.Options()
		if err != nil {
			return page.Send(page.Fail{Err: err})
		}
		lines := []string{fmt.Sprintf("%s sent and not yet deleted: they are not sent again.", present.Count(left.Undeleted, "message"))}
		if o.Label != "" {
			lines = append(lines, "It was for messages where "+present.Clean(o.Label)+".")
		}
		return page.Send(page.Ask{Title: "Carry on the redrive to " + string(p.queue()) + "?", Lines: lines, Yes: "carry on", Do: p.redrive(o)})
	}}
}

// redrive begins a run, and follows it.
func (p *Page) redrive(o queues.RedriveOptions) tea.Cmd {
	name := queues.Name{Queue: p.queue()}
	return p.run(name.Queue, false, redrive(p.source, name, o))
}

func (p *Page) bySQS(pair queues.Pair) tea.Cmd {
	return page.Send(page.Ask{
		Title: "Have SQS move " + all(pair.DeadLetter.Messages()) + " to " + string(p.queue()) + "?",
		Lines: []string{"They get new ids, nothing is tried first, and it goes on without keyvex.", "While the console is open it is stopped when most of what the consumer tries fails."}, Yes: "move", Loses: true,
		Do: p.run(p.queue(), true, move(p.source, pair.Source.Name, p.host.Now)),
	})
}

// all counts the dead letters of a queue.
func all(n int) string {
	letters := present.Count(n, "dead letter")
	if n == 1 {
		return letters
	}
	return "all " + letters
}

// begun is a run that may begin.
type begun struct {
	queue platform.Queue
	bySQS bool
	does  func(context.Context, *run) error
	err   error
}

func (p *Page) run(queue platform.Queue, bySQS bool, does func(context.Context, *run) error) tea.Cmd {
	return func() tea.Msg { return begun{queue, bySQS, does, p.Allow(p.host.Context)} }
}

// setOff begins it: what the page reads is given back, so that it can be moved.
func (p *Page) setOff(msg begun) tea.Cmd {
	if msg.err != nil {
		return page.Send(page.Fail{Err: msg.err})
	}
	if p.open != nil {
		p.open.close()
	}
	p.Runs.start(p.host.Context, msg.queue, msg.bySQS, msg.does)
	return p.attach()
}

// moved shows how a run stands, and reads anew at its end.
func (p *Page) moved(r *run) tea.Cmd {
	s := r.look()
	if !s.over {
		return r.follow(p.ctx, p.host.Clock)
	}
	delete(p.followed, r)
	if s.err == nil {
		p.unmark()
	}
	say := page.Say{Text: present.Count(s.row.Moved, "message") + " of " + string(r.queue) + " moved", Tone: present.Good}
	if n := len(s.row.MaybeTwice); n > 0 {
		say = page.Say{Text: fmt.Sprintf("%s, %d may have been sent twice: %s names them", say.Text, n, s.row.Journal), Tone: present.Warning}
	}
	cmds := []tea.Cmd{page.Send(say), p.reread(), p.peek()}
	if s.err != nil {
		cmds[0] = page.Send(page.Fail{Err: s.err})
	}
	return tea.Batch(cmds...)
}

// unmark forgets which messages were meant: they are gone.
func (p *Page) unmark() {
	if p.open != nil {
		clear(p.open.marks)
		p.open.causes.entered = nil
	}
}

// stop ends the run: what was moved stays moved.
func (p *Page) stop() tea.Cmd {
	r := p.Runs.of(p.queue())
	if !r.bySQS {
		r.cancel()
		return nil
	}
	name := queues.Name{Queue: p.queue()}
	return p.doing(func(ctx context.Context) (string, error) {
		n, err := p.source.CancelMove(ctx, name)
		return fmt.Sprintf("SQS stops, %d were moved", n), err
	})
}
