//go:build race

package unraced

import "testing"

// Only skips a test in a binary with the race detector.
func Only(t testing.TB) {
	t.Helper()
	t.Skip("SKIPPED under the race detector, which make test leaves away for it in a second run")
}
