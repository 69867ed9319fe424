package daemon

import (
	"net/http"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
)

// idleWatch ends the daemon when it has had no request for a while, and nobody has
// it on lease.
type idleWatch struct {
	clock clock.Clock
	after time.Duration
	users leases

	mu     sync.Mutex
	active int
	last   time.Time
}

// watch counts the requests under way.
func (w *idleWatch) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.count(1)
		defer w.count(-1)
		next.ServeHTTP(rw, r)
	})
}

func (w *idleWatch) count(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.active += n
	w.last = w.clock.Now()
}

// start calls end once there has been no request for that long, unless exempt
// says, at that moment, that it does not matter.
func (w *idleWatch) start(c clock.Clock, after time.Duration, exempt func() bool, end func()) {
	w.clock, w.after, w.last = c, after, c.Now()
	w.wait(after, exempt, end)
}

func (w *idleWatch) wait(d time.Duration, exempt func() bool, end func()) {
	w.clock.AfterFunc(d, func() {
		left := w.left()
		switch {
		case exempt():
		case left <= 0:
			end()
		default:
			w.wait(left, exempt, end)
		}
	})
}

// left is how long the daemon has still to be idle.
func (w *idleWatch) left() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.active > 0 || w.users.used() {
		w.last = w.clock.Now()
	}
	return w.after - w.clock.Now().Sub(w.last)
}
