package queues

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// removing is doing where dead letters go.
func (p *Page) removing(does func(context.Context) (string, error)) tea.Cmd {
	do := p.doing(does)
	return func() tea.Msg {
		p.Runs.holding.Add(1)
		defer p.Runs.holding.Done()
		msg := do().(done)
		msg.letters = true
		return msg
	}
}

// whyNot is why n messages cannot be deleted now, empty where they can.
func (p *Page) whyNot(n int) string {
	switch {
	case n == 0:
		return "nothing is there"
	case p.busy():
		return "they are being moved"
	case p.open != nil && p.open.stream != nil:
		return "they are being read"
	}
	return ""
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
	a.Why = p.whyNot(n)
	return a
}

// purge deletes all that is in the dead-letter queue.
func (p *Page) purge(pair queues.Pair) page.Action {
	status := pair.DeadLetter
	n := status.Messages()
	a := page.Action{Key: "x", Title: "delete " + all(n) + " of " + status.Name.String() + ", after an export", Do: func() tea.Cmd {
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
	a.Why = p.whyNot(n)
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

// export writes the messages of a queue to a file of its own, and gives its name.
func (p *Page) export(ctx context.Context, name queues.Name) (path string, n int, err error) {
	path = exportFile(p.Folder, name, p.host.Now())
	for n, err = range p.source.Export(ctx, name, path, queues.PeekOptions{SourceAnyway: true}) {
		if err != nil {
			return path, n, err
		}
	}
	return path, n, nil
}

// exportFile is a file that no export has used.
func exportFile(folder string, name queues.Name, now time.Time) string {
	return filepath.Join(cmp.Or(folder, "."), name.String()+"-"+now.UTC().Format("20060102T150405Z")+".jsonl")
}
