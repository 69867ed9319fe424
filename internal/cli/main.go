// Package cli is the command line: it parses flags into options, calls a domain,
// and hands the result to present.
//
// A command is made by newX, which binds flags to an options struct, and done by
// runX, which works on the options alone. Data goes to standard output; notices,
// progress and questions go to standard error. Without a terminal there is no
// colour, no cursor movement and no question.
package cli

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Streams are the three standard streams.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// build is the version, set by the linker.
var build = "dev"

// Main runs one command line, without the program's name, and returns its exit
// code. environ is like os.Environ(); the AWS SDK reads the process's own.
func Main(ctx context.Context, args, environ []string, streams Streams) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	// Caught, a broken pipe is an error of Write instead of the end of the process
	// in the middle of a deploy. Ignored, it would stay ignored in a child.
	pipes := make(chan os.Signal, 1)
	signal.Notify(pipes, syscall.SIGPIPE)
	defer signal.Stop(pipes)

	a := newApp(environ, streams)
	root := newRoot(a)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = a.out.failure()
	}
	if err == nil {
		return 0
	}
	return a.fail(ctx, err)
}
