package queues

import (
	"context"
	"fmt"
	"maps"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// canaries go first where there are more messages than go without.
const canaries = 1

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

// removing is doing where dead letters go.
func (p *Page) removing(does func(context.Context) (string, error)) tea.Cmd {
	do := p.doing(does)
	return func() tea.Msg {
		msg := do().(done)
		msg.letters = true
		return msg
	}
}

// busy reports whether messages of the queue are being moved.
func (p *Page) busy() bool {
	r := p.Runs.of(p.queue())
	return r != nil && !r.look().over
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
		out = append(out, page.Action{Key: "s", Title: fmt.Sprintf("have SQS move all %d, without a canary", pair.DeadLetter.Messages()), Do: func() tea.Cmd { return p.bySQS(pair) }})
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
	case pair.Consumer == "Disabled":
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
		Title: fmt.Sprintf("Have SQS move all %d dead letters to %s?", pair.DeadLetter.Messages(), p.queue()),
		Lines: []string{"They get new ids, nothing is tried first, and it goes on without keyvex."}, Yes: "move", Loses: true,
		Do: p.run(p.queue(), true, move(p.source, pair.Source.Name, p.host.Now)),
	})
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

// remove deletes what a redrive would move: the selected dead letters, or all.
func (p *Page) remove(pair queues.Pair) page.Action {
	ids, n, words := p.meant(pair)
	if len(ids) == 0 && words == "" {
		return p.purge(pair)
	}
	name, letters := pair.DeadLetter.Name, present.Count(n, words+"dead letter")
	a := page.Action{Key: "x", Title: fmt.Sprintf("delete %s of %s, after an export", letters, name), Do: func() tea.Cmd {
		return page.Send(page.Ask{Title: "Delete " + letters + " of " + name.String() + "?", Lines: []string{"Each is written to a file first."}, Yes: "delete", Loses: true,
			Do: p.removing(func(ctx context.Context) (string, error) {
				path, gone := exportFile(p.Folder, name, p.host.Now()), 0
				for n, err := range p.source.Discard(ctx, name, queues.Selection{IDs: ids}, path) {
					if gone = n; err != nil {
						return "", err
					}
				}
				return fmt.Sprintf("deleted, %s in %s", present.Count(gone, "message"), path), nil
			})})
	}}
	switch {
	case n == 0:
		a.Why = "nothing is there"
	case p.busy():
		a.Why = "they are being moved"
	}
	return a
}

// purge deletes all that is in the dead-letter queue.
func (p *Page) purge(pair queues.Pair) page.Action {
	status := pair.DeadLetter
	n := status.Messages()
	a := page.Action{Key: "x", Title: fmt.Sprintf("delete all %s of %s, after an export", present.Count(n, "dead letter"), status.Name), Do: func() tea.Cmd {
		lines := []string{fmt.Sprintf("%d ready, %d in flight, %d delayed.", status.Ready, status.InFlight, status.Delayed)}
		if status.Oldest != nil {
			lines = append(lines, "The oldest is "+present.Duration(*status.Oldest)+" old.")
		}
		lines = append(lines, "What can be read is written to a file first; what is in flight goes as well, and cannot.")
		return page.Send(page.Ask{Title: "Delete all of " + status.Name.String() + "?", Lines: lines, Yes: "delete", Loses: true, Do: p.removing(func(ctx context.Context) (string, error) {
			path, saved, err := p.export(ctx, status.Name)
			if err == nil {
				err = p.source.Purge(ctx, status.Name)
			}
			return fmt.Sprintf("deleted, %s in %s", present.Count(saved, "message"), path), err
		})})
	}}
	switch {
	case n == 0:
		a.Why = "nothing is there"
	case p.busy():
		a.Why = "they are being moved"
	}
	return a
}

// save writes the dead letters to a file.
func (p *Page) save(pair queues.Pair) page.Action {
	name := pair.DeadLetter.Name
	a := page.Action{Key: "w", Title: "write the dead letters to a file", Reads: true, Do: func() tea.Cmd {
		return func() tea.Msg {
			path, n, err := p.export(p.host.Context, name)
			return done{text: present.Count(n, "message") + " in " + path, err: err}
		}
	}}
	if pair.DeadLetter.Messages() == 0 {
		a.Why = "nothing is there"
	}
	return a
}

// consumer pauses or resumes the function behind the queue.
func (p *Page) consumer(pair queues.Pair) page.Action {
	f := pair.Function
	if slices.Contains([]string{"Disabled", "Disabling"}, pair.Consumer) {
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
