package daemon

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

// Lease has the folder's daemon count as used for as long as the process lives,
// however long it asks for nothing: an application under development does so.
func Lease(ctx context.Context, folder string, pid int) error {
	info, ok := serving(ctx, folder)
	if !ok {
		return notRunning()
	}
	return control(ctx, folder, info, leasePath, url.Values{"pid": {strconv.Itoa(pid)}})
}

// leases are the processes that use the daemon. A number that the system has given
// to another process of the same user in the meantime only delays the idle end.
type leases struct {
	mu   sync.Mutex
	pids map[int]bool
}

func (l *leases) add(r *http.Request) error {
	pid, err := strconv.Atoi(r.URL.Query().Get("pid"))
	if err != nil || pid <= 0 {
		return fmt.Errorf("no process: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pids == nil {
		l.pids = map[int]bool{}
	}
	l.pids[pid] = true
	return nil
}

// used reports whether one of the processes still lives, and forgets the others.
func (l *leases) used() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for pid := range l.pids {
		if unix.Kill(pid, 0) != nil { // signal 0 asks, and does nothing
			delete(l.pids, pid)
		}
	}
	return len(l.pids) > 0
}
