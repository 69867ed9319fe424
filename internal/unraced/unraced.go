//go:build !race

// Package unraced is for tests that compute so much that the race detector, which makes
// that ten times as slow, is of more cost than use: shorter tests run the same code under
// it. make test runs their packages once more without it.
package unraced

import "testing"

// Only skips a test in a binary with the race detector.
func Only(testing.TB) {}
