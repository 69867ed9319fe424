package cli

import (
	"os"
	"strings"

	"github.com/charmbracelet/x/term"

	"github.com/keyvex/keyvex/internal/present"
)

// terminal tells which of the streams are terminals.
type terminal struct{ in, out, err bool }

func detect(s Streams) terminal {
	return terminal{in: isTerminal(s.In), out: isTerminal(s.Out), err: isTerminal(s.Err)}
}

func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(file.Fd())
}

// endless is the width of a stream that is no terminal: nothing is shortened.
const endless = 1000

// outLook and errLook are the looks of the two streams.
func (a *app) outLook() present.Look { return a.look(a.out, a.terminal.out) }
func (a *app) errLook() present.Look { return a.look(a.err, a.terminal.err) }

func (a *app) look(stream *output, isTerminal bool) present.Look {
	look := present.Look{Width: endless, ASCII: !a.utf8(), Color: a.color(isTerminal)}
	if file, ok := stream.w.(*os.File); ok && isTerminal {
		if width, height, err := term.GetSize(file.Fd()); err == nil && width > 0 {
			look.Width, look.Height = width, height-1
		}
	}
	return look
}

func (a *app) color(isTerminal bool) bool {
	switch a.flags.color {
	case "always":
		return true
	case "never":
		return false
	}
	return isTerminal && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"
}

// moves reports whether standard error can be drawn over.
func (a *app) moves() bool { return a.terminal.err && a.getenv("TERM") != "dumb" }

// utf8 follows the locale, as C programs do.
func (a *app) utf8() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := strings.ToUpper(a.getenv(name)); value != "" {
			return strings.Contains(value, "UTF-8") || strings.Contains(value, "UTF8")
		}
	}
	return false
}
