package deploy

import "sync"

// graph runs work on nodes, each as soon as those it needs have succeeded, the
// independent ones at the same time.
type graph[N comparable] struct {
	nodes []N
	// needs lists what a node waits for. Needs that are no nodes are met.
	needs func(N) []N
	// work reports whether the node succeeded. After the first that did not,
	// nothing further is started; what is under way is waited for.
	work func(N) bool
	// skip is told of every node whose work was never started.
	skip func(N)
}

func (g graph[N]) run() {
	var (
		failed bool
		mu     sync.Mutex
		all    sync.WaitGroup
	)
	done := map[N]chan struct{}{}
	for _, n := range g.nodes {
		done[n] = make(chan struct{})
	}
	stopped := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return failed
	}
	for _, n := range g.nodes {
		all.Go(func() {
			defer close(done[n])
			for _, need := range g.needs(n) {
				if ready, ok := done[need]; ok {
					<-ready
				}
			}
			if stopped() {
				g.skip(n)
				return
			}
			if !g.work(n) {
				mu.Lock()
				failed = true
				mu.Unlock()
			}
		})
	}
	all.Wait()
}
