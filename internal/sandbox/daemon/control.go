package daemon

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
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
	chaosPath   = "/_keyvex/chaos"
	reportPath  = "/_keyvex/chaos/report"
)

// control sends one of the daemon's own requests and waits for it to be done.
func control(ctx context.Context, folder string, info Info, path string, query url.Values) error {
	return exchange(ctx, folder, info, path+"?"+query.Encode(), nil, nil)
}

// exchange sends one of the daemon's own requests with in as JSON, and decodes the
// answer into out; either may be nil.
func exchange(ctx context.Context, folder string, info Info, path string, in, out any) error {
	id, _, err := readIdentity(folder)
	if err != nil {
		return err
	}
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, info.Endpoint+path, bytes.NewReader(body))
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
	if response.StatusCode >= http.StatusMultipleChoices {
		why, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10))
		return problem.New(problem.Failed, "the local platform at %s refuses %s: %s %s", info.Endpoint, path, response.Status, bytes.TrimSpace(why))
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(response.Body).Decode(out)
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
	handle(chaosPath, p.setChaos)
	mux.Handle("POST "+reportPath, p.trusted(p.reportChaos))
	mux.Handle("/", next)
	return mux
}

// authorized does what a request asks for and has nothing more to say.
func (p *process) authorized(f func(*http.Request) error) http.Handler {
	return p.trusted(func(w http.ResponseWriter, r *http.Request) {
		if err := f(r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}

// trusted lets only those in who can read the folder.
func (p *process) trusted(next http.HandlerFunc) http.Handler {
	want := []byte("Bearer " + p.identity.ControlToken)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), want) != 1 {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		next(w, r)
	})
}
