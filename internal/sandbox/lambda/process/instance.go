package process

import (
	"context"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"

	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
)

// instance is one process and its side of the Runtime API.
type instance struct {
	*session
	command *exec.Cmd
	output  *output
	// life is the writing end of the process's standard input: the process ends
	// when that is closed, so also when this process dies.
	life *os.File
	// memory is the peak in bytes that was last seen.
	memory atomic.Int64
}

func newInstance(token string) *instance { return &instance{session: newSession(token)} }

// start starts the process with pipes of its own.
func (i *instance) start(command *exec.Cmd, lines func([]string)) error {
	stdin, life, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = stdin.Close() }()
	if i.output, err = newOutput(i.token, lines); err != nil {
		_ = life.Close()
		return err
	}
	i.command, i.life = command, life
	command.Stdin, command.Stdout, command.Stderr = stdin, i.output.writer, i.output.writer
	if err := command.Start(); err != nil {
		_ = life.Close()
		i.output.close()
		return err
	}
	return nil
}

// wait returns when the process has ended, what it left behind is killed, and its
// output is read to the end.
func (i *instance) wait() {
	err := i.command.Wait()
	i.kill()
	_ = i.life.Close()
	i.output.close()
	i.memory.CompareAndSwap(0, peakAtExit(i.command.ProcessState))
	message := "Runtime exited without providing a reason"
	if err != nil {
		message = "Runtime exited with error: " + err.Error()
	}
	i.died(&runner.Failure{Type: runner.ExitError, Message: message})
}

// kill ends the process with its group.
func (i *instance) kill() { _ = syscall.Kill(-i.command.Process.Pid, syscall.SIGKILL) }

// Stop kills the process and waits for its end.
func (i *instance) Stop() {
	select {
	case <-i.gone:
		return
	default:
	}
	i.kill()
	<-i.gone
}

func (i *instance) Gone() <-chan struct{} { return i.gone }

// MaxMemory is the peak of the process's resident memory, as it was last seen while
// the process ran.
func (i *instance) MaxMemory() int64 {
	select {
	case <-i.gone:
	default:
		if now := peak(i.command.Process.Pid); now > 0 {
			i.memory.Store(now)
		}
	}
	return i.memory.Load()
}

// Invoke hands the invocation to the process and waits until it asks for the next.
func (i *instance) Invoke(ctx context.Context, in runner.Invocation) (runner.Reply, error) {
	t := &task{Invocation: in, reply: make(chan runner.Reply, 1)}
	select {
	case i.work <- t:
	case <-i.gone:
		return runner.Reply{}, i.failure()
	case <-ctx.Done():
		return i.abandon(ctx)
	}
	select {
	case reply := <-t.reply:
		return reply, i.settle(ctx)
	case <-i.gone:
		select {
		case reply := <-t.reply:
			return reply, nil
		default:
			return runner.Reply{}, i.failure()
		}
	case <-ctx.Done():
		return i.abandon(ctx)
	}
}

func (i *instance) abandon(ctx context.Context) (runner.Reply, error) {
	i.MaxMemory() // the last chance to see it
	i.Stop()
	return runner.Reply{}, ctx.Err()
}

// settle waits until the process is ready for more, or gone.
func (i *instance) settle(ctx context.Context) error {
	select {
	case <-i.asked:
		i.output.flush()
	case <-i.gone:
	case <-ctx.Done():
		i.Stop()
	}
	return nil
}
