// Package functions has the code of all four functions in one place, for the
// local platform: it runs each as a process of the keyvex binary itself.
package functions

import (
	"fmt"
	"io"
	"os"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/aiprocessor"
	"github.com/keyvex/keyvex/lambdas/analyticsprocessor"
	"github.com/keyvex/keyvex/lambdas/emailprocessor"
	"github.com/keyvex/keyvex/lambdas/websockethandler"
)

// RunIfMarked makes this process the function that platform.FunctionMarker names,
// and does not return, if there is such a variable. It must be the first thing in
// main, and in the TestMain of every package whose tests have functions run. The
// process ends with its standard input, which the local platform holds open.
func RunIfMarked() {
	name, ok := os.LookupEnv(platform.FunctionMarker)
	if !ok {
		return
	}
	start, ok := starts[platform.Function(name)]
	if !ok {
		fmt.Fprintf(os.Stderr, "%s: there is no function %q\n", platform.FunctionMarker, name)
		os.Exit(1)
	}
	go endWith(os.Stdin)
	start()
	os.Exit(0)
}

// endWith ends the process when the reader does: nobody is there any more for whom
// to work.
func endWith(r io.Reader) {
	_, _ = io.Copy(io.Discard, r)
	os.Exit(0)
}

// starts serve a function's events until the process ends.
var starts = map[platform.Function]func(){
	platform.AIProcessor:        aiprocessor.Start,
	platform.AnalyticsProcessor: analyticsprocessor.Start,
	platform.EmailProcessor:     emailprocessor.Start,
	platform.WebSocketHandler:   websockethandler.Start,
}
