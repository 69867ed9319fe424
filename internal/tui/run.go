package tui

import (
	"context"
	"errors"
	"io"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/problem"
)

// Terminal is what a console is shown on.
type Terminal struct {
	In      io.Reader
	Out     io.Writer
	Environ []string
}

// framesPerSecond bounds the drawing: thirty are enough for a list that scrolls, and
// cost less than sixty while nothing happens.
const framesPerSecond = 30

// Run shows the shell until it is left or ctx ends. Whatever happens, the terminal is
// as before afterwards.
func Run(ctx context.Context, s *Shell, t Terminal) error {
	defer s.Close()
	program := tea.NewProgram(s, tea.WithContext(ctx), tea.WithInput(t.In), tea.WithOutput(t.Out),
		tea.WithEnvironment(t.Environ), tea.WithFPS(framesPerSecond))
	_, err := program.Run()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, tea.ErrProgramPanic):
		return problem.New(problem.Failed, "the console broke, nothing that runs was touched").
			WithHint("start it again; what it printed above says where").WithCause(err)
	case ctx.Err() != nil, errors.Is(err, tea.ErrInterrupted):
		return problem.New(problem.Interrupted, "interrupted").WithHint("keyvex tui opens it again")
	}
	return problem.New(problem.Failed, "the console: %s", err).WithCause(err)
}
