// Package background keeps account of goroutines, so that a service can end all of
// its own.
package background

import (
	"context"
	"sync"
)

// Group is a set of goroutines with one life.
type Group struct {
	ctx    context.Context // the life of the group
	cancel context.CancelFunc
	mu     sync.Mutex
	closed bool
	wg     sync.WaitGroup
}

// New makes a group that lives until Close.
func New() *Group {
	ctx, cancel := context.WithCancel(context.Background())
	return &Group{ctx: ctx, cancel: cancel}
}

// Context is done when the group is closed.
func (g *Group) Context() context.Context { return g.ctx }

// Go runs f with the group's context, and reports false, without running it, when
// the group is closed.
func (g *Group) Go(f func(ctx context.Context)) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.wg.Go(func() { f(g.ctx) })
	return true
}

// Close cancels the context and waits for all goroutines.
func (g *Group) Close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.cancel()
	g.wg.Wait()
}
