package cli

import (
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"
)

// A Ctrl-C at a command may be told only when the command is over: on a busy machine the
// signal comes after the Enter that was pressed after it.
func TestACtrlCAtACommandNeverEndsTheConsole(t *testing.T) {
	for name, commands := range map[string]int{"before any command": 0, "after one": 1} {
		t.Run(name, func(t *testing.T) {
			c := &console{}
			ctx, cancel := c.ownSignals(t.Context())
			defer cancel()
			for range commands {
				f := foreground{exec.Command("true"), &c.foreground}
				f.SetStdin(enter(t))
				f.SetStdout(io.Discard)
				if err := f.Run(); err != nil {
					t.Fatal(err)
				}
			}
			told := make(chan os.Signal, 1)
			signal.Notify(told, os.Interrupt)
			defer signal.Stop(told)
			if err := syscall.Kill(syscall.Getpid(), syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			<-told
			if commands == 0 {
				<-ctx.Done()
				return
			}
			select {
			case <-ctx.Done():
				t.Error("it has ended")
			case <-time.After(100 * time.Millisecond):
			}
		})
	}
}

// enter is a terminal at which Enter was pressed.
func enter(t *testing.T) *os.File {
	t.Helper()
	terminal, keys, err := os.Pipe()
	if err == nil {
		_, err = keys.WriteString("\n")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = terminal.Close()
		_ = keys.Close()
	})
	return terminal
}
