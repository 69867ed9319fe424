package tui

import (
	"context"
	"errors"
	"io"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/keyvex/keyvex/internal/problem"
)

// Terminal is what a console is shown on.
type Terminal struct {
	In      io.Reader
	Out     io.Writer
	Environ []string
	// Color allows colours; what the terminal can show is found out.
	Color bool
}

// framesPerSecond bounds the drawing: a frame waits 26 ms at most, which leaves 7 of the
// 33 that a key may take, and a screen on which nothing happens costs less than with
// sixty.
const framesPerSecond = 38

// Run shows the shell until it is left or ctx ends. Whatever happens, the terminal is
// as before afterwards.
func Run(ctx context.Context, s *Shell, t Terminal) error {
	defer s.Close()
	options := []tea.ProgramOption{
		tea.WithContext(ctx), tea.WithInput(t.In), tea.WithOutput(t.Out), tea.WithEnvironment(t.Environ),
		tea.WithFPS(framesPerSecond), tea.WithoutSignalHandler(),
	}
	if !t.Color {
		options = append(options, tea.WithColorProfile(colorprofile.ASCII))
	}
	program := tea.NewProgram(s, options...)
	s.program.Store(program)
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

// Send gives the running shell a message, from any goroutine: a Say, a Fail, a Copy, a
// Prompt of the console itself.
func (s *Shell) Send(msg tea.Msg) {
	if program := s.program.Load(); program != nil {
		program.Send(msg)
	}
}
