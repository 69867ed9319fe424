package traffic

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/keyvex/keyvex/internal/clock"
)

// user is somebody at a browser: one socket, and the jobs it waits for.
type user struct {
	id  string
	run *run

	mu     sync.Mutex
	socket *websocket.Conn
	// away is set when the browser is closed.
	away    bool
	waiting map[string]*wait
}

// wait is a job that was posted; first is when its first words came.
type wait struct{ posted, first time.Time }

// message is what the platform sends over the socket (docs/socket.md).
type message struct {
	Type   string `json:"type"`
	JobID  string `json:"jobId"`
	Reason string `json:"reason"`
}

// connect lets every user in, all at the same time.
func (r *run) connect(ctx context.Context) error {
	r.users = make([]*user, r.Users)
	failed := make([]error, r.Users)
	var connecting sync.WaitGroup
	for i := range r.users {
		connecting.Go(func() {
			r.users[i] = &user{id: fmt.Sprintf("user-%d", i+1), run: r, waiting: map[string]*wait{}}
			failed[i] = r.users[i].enter(ctx)
		})
	}
	connecting.Wait()
	for _, err := range failed {
		if err != nil {
			for _, u := range r.users {
				u.close()
			}
			return err
		}
	}
	return nil
}

// A browser tries to connect so often, and waits so long before it tries again.
const (
	tries     = 10
	nextAfter = 500 * time.Millisecond
)

// enter connects, and goes on listening until the user closes the browser.
func (u *user) enter(ctx context.Context) error {
	if err := u.persist(ctx); err != nil {
		return err
	}
	u.run.count(func(t *Totals) { t.Sockets++ })
	go u.stay(context.WithoutCancel(ctx))
	return nil
}

// persist connects, if need be after some failures.
func (u *user) persist(ctx context.Context) (err error) {
	for range tries {
		if err = u.connect(ctx); err == nil || ctx.Err() != nil {
			return err
		}
		if clock.Sleep(ctx, u.run.Clock, nextAfter) != nil {
			return err
		}
	}
	return err
}

// stay listens, and connects anew when the socket is lost.
func (u *user) stay(ctx context.Context) {
	for {
		u.listen(ctx)
		if u.isAway() {
			return
		}
		u.run.count(func(t *Totals) { t.Sockets-- })
		if u.persist(ctx) != nil {
			return
		}
		u.run.count(func(t *Totals) { t.Sockets++ })
	}
}

func (u *user) connect(ctx context.Context) error {
	token, err := u.run.target.Token(ctx, u.id)
	if err != nil {
		return err
	}
	address := u.run.target.Socket + "?" + url.Values{"token": {token}}.Encode()
	socket, response, err := websocket.Dial(ctx, address, &websocket.DialOptions{
		HTTPClient: u.run.client, HTTPHeader: http.Header{"Origin": {u.run.target.Origin}},
	})
	if response != nil && response.StatusCode != http.StatusSwitchingProtocols {
		// The address has the token in it, and the error the address.
		return fmt.Errorf("the WebSocket API let %s not in: %s", u.id, response.Status)
	}
	if err != nil {
		return fmt.Errorf("the WebSocket API does not answer")
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.socket = socket
	if u.away {
		_ = socket.CloseNow()
	}
	return nil
}

func (u *user) isAway() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.away
}

// close closes the browser.
func (u *user) close() {
	u.mu.Lock()
	u.away = true
	socket := u.socket
	u.mu.Unlock()
	if socket != nil {
		_ = socket.Close(websocket.StatusNormalClosure, "")
	}
}

// listen takes messages until the socket is closed.
func (u *user) listen(ctx context.Context) {
	u.mu.Lock()
	socket := u.socket
	u.mu.Unlock()
	for {
		_, raw, err := socket.Read(ctx)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(raw, &m) == nil && m.JobID != "" {
			u.take(m)
		}
	}
}

func (u *user) expect(jobID string, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.waiting[jobID] = &wait{posted: now}
}

func (u *user) forget(jobID string) (wait, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	w, ok := u.waiting[jobID]
	delete(u.waiting, jobID)
	if !ok {
		return wait{}, false
	}
	return *w, true
}

// take notes a job's first words, and tells its end.
func (u *user) take(m message) {
	now := u.run.Clock.Now()
	switch m.Type {
	case "delta":
		u.hear(m.JobID, now)
	case "done", "error":
		u.end(m, now)
	}
}

func (u *user) hear(jobID string, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if w := u.waiting[jobID]; w != nil && w.first.IsZero() {
		w.first = now
	}
}

// end tells a job's end. A second one of the same job is a repeated delivery, which
// users must bear.
func (u *user) end(m message, now time.Time) {
	w, ok := u.forget(m.JobID)
	if !ok {
		return
	}
	e := Event{Kind: Answered, JobID: m.JobID, Took: now.Sub(w.posted), Reason: m.Reason}
	if !w.first.IsZero() {
		e.FirstToken = w.first.Sub(w.posted)
	}
	if m.Type == "error" {
		e.Kind = Failed
		u.run.tell(e, func(t *Totals) { t.Failed++ })
		return
	}
	u.run.tell(e, func(t *Totals) { t.Answered++; t.Longest = max(t.Longest, e.Took) })
}
