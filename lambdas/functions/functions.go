// Package functions has the code of all four functions in one place, for the
// local platform: it runs each as a process of the keyvex binary itself.
package functions

import (
	"fmt"
	"os"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/aiprocessor"
	"github.com/keyvex/keyvex/lambdas/analyticsprocessor"
	"github.com/keyvex/keyvex/lambdas/emailprocessor"
	"github.com/keyvex/keyvex/lambdas/websockethandler"
)

// Marker is the environment variable with the short name of the function that a
// process is to be.
const Marker = "KEYVEX_FUNCTION"

// RunIfMarked makes this process the marked function, and does not return, if it
// is marked. It must be the first thing in main, and in the TestMain of every
// package whose tests have functions run.
func RunIfMarked() {
	name, ok := os.LookupEnv(Marker)
	if !ok {
		return
	}
	start, ok := starts[platform.Function(name)]
	if !ok {
		fmt.Fprintf(os.Stderr, "%s: there is no function %q\n", Marker, name)
		os.Exit(1)
	}
	start()
	os.Exit(0)
}

// starts serve a function's events until the process ends.
var starts = map[platform.Function]func(){
	platform.AIProcessor:        aiprocessor.Start,
	platform.AnalyticsProcessor: analyticsprocessor.Start,
	platform.EmailProcessor:     emailprocessor.Start,
	platform.WebSocketHandler:   websockethandler.Start,
}
