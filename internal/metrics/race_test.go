//go:build race

package metrics_test

import "testing"

// simulation skips what simulates hours of an environment at work: the race detector
// makes that ten times as slow, and the shorter tests of this package run the same code
// under it. make test runs the package once more without it.
func simulation(t *testing.T) {
	t.Helper()
	t.Skip("SKIPPED under the race detector, which make test leaves away for it in a second run")
}
