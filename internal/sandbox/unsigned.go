package sandbox

import (
	"bytes"
	"errors"
	"net/http"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// unsigned serves requests that name no service: of the APIs, which faults strike as
// execute-api, of the providers' stand-ins, which they strike by name, and of buckets.
func (s *Sandbox) unsigned(w http.ResponseWriter, r *http.Request) {
	if rest, ok := strings.CutPrefix(r.URL.Path, host.ProviderPath); ok {
		provider, _, _ := strings.Cut(rest, "/")
		s.strike(w, r, provider, s.Providers.Handler().ServeHTTP, func(status int, _ *wire.Error) { s.Providers.Refuse(w, provider, status) })
		return
	}
	if strings.HasPrefix(r.URL.Path, host.ExecuteAPIPath) {
		s.strike(w, r, "execute-api", s.execute, func(status int, e *wire.Error) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("X-Amzn-Errortype", e.Code)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(`{"message":"` + e.Message + `"}`)) // the client has gone
		})
		return
	}
	if !s.S3.Preflight(w, r) && !s.S3.ServePresigned(w, r, s.secretOf) {
		forbid(w)
	}
}

func (s *Sandbox) execute(w http.ResponseWriter, r *http.Request) {
	if !s.APIGateway.ServeExecute(w, r) && !s.APIGatewayV2.ServeExecute(w, r) {
		forbid(w)
	}
}

func forbid(w http.ResponseWriter) {
	http.Error(w, "this is the local platform of keyvex; requests to it are signed", http.StatusForbidden)
}

// strike serves a request unless a fault strikes it, which refuse then answers. The
// operation, for rules, is the method. A socket can only be struck before it opens.
func (s *Sandbox) strike(w http.ResponseWriter, r *http.Request, service string, serve http.HandlerFunc, refuse func(int, *wire.Error)) {
	end := func(err error) {
		fault, ok := errors.AsType[*wire.Error](err)
		if !ok { // dropped, or the client has gone
			panic(http.ErrAbortHandler)
		}
		refuse(fault.Status, fault)
	}
	after, err := s.Faults.Hook(r.Context(), &wire.Call{Service: service, Operation: r.Method})
	switch {
	case err != nil:
		end(err)
	case after == nil || r.Header.Get("Upgrade") != "":
		serve(w, r)
	default:
		held := &heldAnswer{header: http.Header{}, status: http.StatusOK}
		serve(held, r)
		if err := after(nil); err != nil {
			end(err)
			return
		}
		held.release(w)
	}
}

// heldAnswer keeps an answer until it is known whether it arrives.
type heldAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (h *heldAnswer) Header() http.Header         { return h.header }
func (h *heldAnswer) WriteHeader(status int)      { h.status = status }
func (h *heldAnswer) Write(b []byte) (int, error) { return h.body.Write(b) }

func (h *heldAnswer) release(w http.ResponseWriter) {
	for name, values := range h.header {
		w.Header()[name] = values
	}
	w.WriteHeader(h.status)
	_, _ = h.body.WriteTo(w) // the client has gone
}
