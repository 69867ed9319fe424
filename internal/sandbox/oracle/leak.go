package oracle

import (
	"net"
	"testing"

	"go.uber.org/goleak"
)

// Verify runs a package's tests, and fails when they leave a goroutine behind. One that
// net/http's server has closing a connection is none: it waits half a second by itself
// (rstAvoidanceDelay), a little longer than goleak is patient.
//
// The first name that a process looks up sets its resolver up. In a bubble of
// testing/synctest that would belong to the bubble, and looking up outside of it would
// end the process: so one is looked up before.
func Verify(m *testing.M) {
	_, _ = net.LookupHost("localhost")
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}
