package oracle

import (
	"testing"

	"go.uber.org/goleak"
)

// Verify runs a package's tests, and fails when they leave a goroutine behind. One that
// net/http's server has closing a connection is none: it waits half a second by itself
// (rstAvoidanceDelay), a little longer than goleak is patient.
func Verify(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}
