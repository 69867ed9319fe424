package deploy

import "sync"

// graph runs work on nodes, each as soon as those it needs have succeeded, the
// independent ones at the same time.
type graph[N comparable] struct {
	nodes []N
	// needs lists what a node waits for. Needs that are no nodes are met.
	needs func(N) []N
	// work reports whether the node succeeded. What needs one that did not is never
	// started; everything else goes on.
	work func(N) bool
	// skip is told of every node whose work was never started.
	skip func(N)
}

func (g graph[N]) run() {
	var all sync.WaitGroup
	done := map[N]chan struct{}{}
	succeeded := map[N]*bool{}
	for _, n := range g.nodes {
		done[n], succeeded[n] = make(chan struct{}), new(false)
	}
	// met waits for what a node needs. A closed channel publishes the outcome.
	met := func(n N) bool {
		all := true
		for _, need := range g.needs(n) {
			if ready, ok := done[need]; ok {
				<-ready
				all = all && *succeeded[need]
			}
		}
		return all
	}
	for _, n := range g.nodes {
		all.Go(func() {
			defer close(done[n])
			if !met(n) {
				g.skip(n)
				return
			}
			*succeeded[n] = g.work(n)
		})
	}
	all.Wait()
}
