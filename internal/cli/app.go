package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strings"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/config"
	"github.com/keyvex/keyvex/internal/present"
)

// app is what every command needs: the streams, the variables, the global flags.
type app struct {
	in  io.Reader
	out *output
	err *output
	// terminal tells what the streams are.
	terminal terminal

	environ []string
	clock   clock.Clock
	random  io.Reader
	flags   globals

	// mfa asks for the code of a second factor where the terminal's lines are not a
	// command's: in the console.
	mfa func(context.Context) (string, error)

	// about is the environment that a write was asked for, once that is known.
	about present.Where
	// streamEnded is set when the last line of a JSON stream was written.
	streamEnded bool
}

func newApp(environ []string, streams Streams) *app {
	return &app{
		in: streams.In, out: &output{w: streams.Out}, err: &output{w: streams.Err},
		terminal: detect(streams),
		environ:  environ, clock: clock.Wall{}, random: rand.Reader,
	}
}

// getenv finds a variable; of several, the last counts, as for a process.
func (a *app) getenv(name string) string {
	value := ""
	for _, variable := range a.environ {
		if n, v, ok := strings.Cut(variable, "="); ok && n == name {
			value = v
		}
	}
	return value
}

func (a *app) dirs() (config.Dirs, error) { return config.FindDirs(a.getenv) }

// note tells the operator something that is not the command's result.
func (a *app) note(format string, args ...any) {
	fmt.Fprintln(a.err, present.Clean(fmt.Sprintf(format, args...)))
}

// print writes lines of the command's result.
func (a *app) print(lines ...string) {
	for _, line := range lines {
		fmt.Fprintln(a.out, line)
	}
}

// canAsk reports whether there is somebody to answer a question.
func (a *app) canAsk() bool {
	return a.terminal.in && a.terminal.err && !a.flags.noInput && !a.flags.json
}
