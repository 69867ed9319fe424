package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/keyvex/keyvex/internal/tui/page"
)

// foreground is a command of keyvex that has the console's terminal, below its own
// command line. What it said stays until Enter is pressed.
type foreground struct {
	*exec.Cmd
	// had is set once a command has had the terminal, and with it Ctrl-C.
	had *atomic.Bool
}

// SetStdin and its like are what Bubble Tea asks of a command.
func (f foreground) SetStdin(r io.Reader)  { f.Stdin = r }
func (f foreground) SetStdout(w io.Writer) { f.Stdout = w }
func (f foreground) SetStderr(w io.Writer) { f.Stderr = w }

// Run runs it. How it ended, it has said itself.
func (f foreground) Run() error {
	f.had.Store(true)
	fmt.Fprintf(f.Stdout, "%skeyvex %s\n\n", ansi.EraseEntireDisplay+ansi.CursorHomePosition, strings.Join(f.Args[1:], " "))
	if err := f.Start(); err != nil {
		return err
	}
	_ = f.Wait()
	fmt.Fprint(f.Stdout, "\nenter goes back to the console ")
	_, err := bufio.NewReader(f.Stdin).ReadString('\n')
	return err
}

// command makes keyvex's own command for a page, for the same environment and identity.
func (c *console) command(run page.Run) (tea.ExecCommand, error) {
	if run.Writes {
		if err := c.choice.AllowWrite(); err != nil {
			return nil, err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := append(slices.Clone(run.Args), "-e", c.choice.Environment.Name)
	for _, f := range [][2]string{{"--profile", c.flags.profile}, {"--region", c.flags.region}} {
		if f[1] != "" {
			args = append(args, f[:]...)
		}
	}
	if c.flags.readOnly {
		args = append(args, "--read-only")
	}
	cmd := exec.Command(self, args...)
	cmd.Env = c.environ
	return foreground{cmd, &c.foreground}, nil
}

// ownSignals is a context that SIGTERM ends, and SIGINT until a command has the terminal:
// Ctrl-C is then meant for that one. It stays so, since a signal may come late, and what is
// pressed at the console itself comes as a key.
func (c *console) ownSignals(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		defer signal.Stop(signals)
		for {
			select {
			case got := <-signals:
				if got != os.Interrupt || !c.foreground.Load() {
					cancel()
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return ctx, cancel
}
