// Command keyvex deploys and operates the Keyvex back end.
package main

import (
	"context"
	"os"

	"github.com/keyvex/keyvex/internal/cli"
	"github.com/keyvex/keyvex/internal/sandbox/daemon"
	"github.com/keyvex/keyvex/lambdas/functions"
)

func main() {
	functions.RunIfMarked()
	daemon.RunIfMarked()
	streams := cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}
	os.Exit(cli.Main(context.Background(), os.Args[1:], os.Environ(), streams))
}
