package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues"
)

// editAtOnce is how many bodies one redrive edits.
const editAtOnce = 100

// edited gives the new bodies of what is selected, by message id, after showing what
// changes. A body that its schema would refuse is refused here.
func (o *queuesRedriveOptions) edited(ctx context.Context, selection queues.Selection) (map[string]string, error) {
	sets, err := parseSets(o.sets)
	if err != nil {
		return nil, err
	}
	if o.edit && !o.canAsk() {
		return nil, problem.New(problem.Refused, "nobody is there to edit").WithHint("--set path=value changes a body without an editor")
	}
	var messages []*queues.Message
	for m, err := range o.at.Peek(ctx, o.at.name.DeadLetter(), queues.PeekOptions{Selection: selection}) {
		if err != nil {
			return nil, err
		}
		if messages = append(messages, m); len(messages) > editAtOnce {
			return nil, problem.New(problem.Usage, "more than %d messages are selected for an edit", editAtOnce).WithHint("--max %d, or a narrower --where", editAtOnce)
		}
	}
	bodies := map[string]string{}
	for _, m := range messages {
		after := m.Body
		if len(sets) > 0 {
			if after, err = queues.Edit(m.Body, sets); err != nil {
				return nil, err
			}
		}
		if o.edit {
			if after, err = o.inEditor(ctx, after); err != nil {
				return nil, err
			}
		}
		changes := queues.Diff(m.Body, after)
		if len(changes) == 0 {
			continue
		}
		for _, line := range o.errLook().ChangeLines(m.ID, changes) {
			fmt.Fprintln(o.err, line)
		}
		if faults := queues.Validate(o.at.name, after); len(faults) > 0 {
			return nil, problem.New(problem.Refused, "%s would die again: %s", m.ID, strings.Join(faults, ", ")).WithHint("nothing was moved")
		}
		bodies[m.ID] = after
	}
	return bodies, nil
}

func parseSets(texts []string) ([]queues.Set, error) {
	var out []queues.Set
	for _, text := range texts {
		set, err := queues.ParseSet(text)
		if err != nil {
			return nil, err
		}
		out = append(out, set)
	}
	return out, nil
}

// editor is the operator's own, with its arguments.
func (a *app) editor() string {
	return firstOf(strings.TrimSpace(a.getenv("VISUAL")), strings.TrimSpace(a.getenv("EDITOR")), "vi")
}

// inEditor has the operator change a text in $VISUAL, $EDITOR or vi, in a file that
// only they can read and that is gone afterwards.
func (a *app) inEditor(ctx context.Context, text string) (string, error) {
	folder, err := os.MkdirTemp("", "message")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "body.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", err
	}
	words := strings.Fields(a.editor())
	editor := exec.CommandContext(ctx, words[0], append(words[1:], path)...)
	editor.Stdin, editor.Stdout, editor.Stderr = a.in, os.Stderr, os.Stderr
	if err := editor.Run(); err != nil {
		return "", problem.New(problem.Refused, "%s ended with %s, nothing was moved", words[0], err).WithHint("EDITOR names the editor").WithCause(err)
	}
	after, err := os.ReadFile(path)
	return strings.TrimSuffix(string(after), "\n"), err
}
