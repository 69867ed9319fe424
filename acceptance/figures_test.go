package acceptance

import (
	"slices"
	"testing"
	"time"
)

// median runs f n times.
func median(n int, f func() time.Duration) time.Duration {
	var all []time.Duration
	for range n {
		all = append(all, f())
	}
	slices.Sort(all)
	return all[n/2]
}

// The bounds are several times the targets: a shared machine is noisy, and this
// test is to notice a new order of magnitude. make bench gives the figures.
func TestStartingUpCostsMilliseconds(t *testing.T) {
	h := newHome(t)
	took := median(7, func() time.Duration { return h.must("version").took })
	t.Logf("keyvex version: %s", took)
	if took > 100*time.Millisecond {
		t.Errorf("keyvex version took %s, meant to be 20 ms", took)
	}
}

func TestAnUnchangedDeployIsQuick(t *testing.T) {
	h := newHome(t)
	h.must("deploy", "-e", "local", "--yes")
	took := median(5, func() time.Duration { return h.must("deploy", "-e", "local", "--yes").took })
	t.Logf("six unchanged stacks: %s", took)
	if took > 750*time.Millisecond {
		t.Errorf("an unchanged deploy took %s, meant to be 150 ms beyond the start of the process", took)
	}
}
