package tui

import (
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/tui/svg"
)

// snapped is a snapshot that was written, or could not be.
type snapped struct {
	file string
	err  error
}

// snapshot writes what is on the screen to a new file in the current folder.
func (s *Shell) snapshot(f *frame) tea.Cmd {
	picture := svg.Draw(strings.Join(s.lines(), "\n"), s.width, s.height)
	name := strings.Join([]string{"keyvex", s.host.Where.Environment, s.host.Now().UTC().Format("20060102T150405Z")}, "-") + ".svg"
	path := filepath.Join(s.folder, name)
	return f.own(func() tea.Msg {
		if err := os.WriteFile(path, []byte(picture), 0o600); err != nil {
			return snapped{err: problem.New(problem.Failed, "no snapshot: %s", err).WithHint("start the console in a folder that you may write to")}
		}
		return snapped{file: name}
	})
}
