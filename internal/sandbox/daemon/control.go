package daemon

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/keyvex/keyvex/internal/problem"
)

// The daemon's own requests. AWS has no path that begins like these.
const (
	stopPath    = "/_keyvex/stop"
	keepPath    = "/_keyvex/keep"
	advancePath = "/_keyvex/advance"
	leasePath   = "/_keyvex/lease"
)

// control sends one of the daemon's own requests and waits for the answer.
func control(ctx context.Context, folder string, info Info, path string, query url.Values) error {
	id, _, err := readIdentity(folder)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, info.Endpoint+path+"?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+id.ControlToken)
	// A transport of its own: no proxy, and no connection kept.
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return problem.New(problem.Failed, "the local platform at %s does not answer", info.Endpoint).
			WithHint("see what it does in %s", LogPath(folder)).WithCause(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusNoContent {
		return problem.New(problem.Failed, "the local platform at %s refuses %s: %s", info.Endpoint, path, response.Status)
	}
	return nil
}

// Advance moves the clock of the folder's sandbox ahead.
func Advance(ctx context.Context, folder string, d time.Duration) error {
	info, ok := serving(ctx, folder)
	if !ok {
		return notRunning()
	}
	return control(ctx, folder, info, advancePath, url.Values{"by": {d.String()}})
}

func notRunning() error {
	return problem.New(problem.NotFound, "the local platform is not running").WithHint("start it with `keyvex local up`")
}

// controlled puts the daemon's own requests in front of the sandbox.
func (p *process) controlled(next http.Handler) http.Handler {
	mux := http.NewServeMux()
	handle := func(path string, f func(*http.Request) error) {
		mux.Handle("POST "+path, p.authorized(f))
	}
	handle(stopPath, func(*http.Request) error { p.end("asked to stop"); return nil })
	handle(keepPath, func(*http.Request) error { return p.keep() })
	handle(leasePath, p.idle.users.add)
	handle(advancePath, func(r *http.Request) error {
		d, err := time.ParseDuration(r.URL.Query().Get("by"))
		if err != nil || d < 0 {
			return fmt.Errorf("no duration: %w", err)
		}
		p.clock.Advance(d)
		return nil
	})
	mux.Handle("/", next)
	return mux
}

func (p *process) authorized(f func(*http.Request) error) http.Handler {
	want := []byte("Bearer " + p.identity.ControlToken)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), want) != 1 {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		if err := f(r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}
