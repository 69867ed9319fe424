//go:build !race

package metrics_test

import "testing"

func simulation(*testing.T) {}
