package tui

import (
	"errors"
	"os"
	"os/exec"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// editor is the command line of the operator's editor.
type editor string

// open gives the screen to the editor, with the text in a file of its own that
// nobody else can read and that is gone afterwards.
func (e editor) open(f *frame, edit page.Edit) tea.Cmd {
	answer := func(text string, err error) tea.Msg { return routed{f.number, edit.Done(text, err)} }
	words := strings.Fields(string(e))
	if len(words) == 0 {
		err := problem.New(problem.Usage, "no editor is known").WithHint("set EDITOR")
		return func() tea.Msg { return answer("", err) }
	}
	file, err := os.CreateTemp("", "edit-*"+edit.Suffix)
	if err != nil {
		return func() tea.Msg { return answer("", err) }
	}
	_, err = file.WriteString(edit.Text)
	if err = errors.Join(err, file.Close()); err != nil {
		_ = os.Remove(file.Name())
		return func() tea.Msg { return answer("", err) }
	}
	command := exec.Command(words[0], append(words[1:], file.Name())...)
	return tea.ExecProcess(command, func(err error) tea.Msg {
		defer func() { _ = os.Remove(file.Name()) }()
		if err != nil {
			return answer("", problem.New(problem.Failed, "%s ended badly: %s", words[0], err))
		}
		text, err := os.ReadFile(file.Name())
		return answer(string(text), err)
	})
}
