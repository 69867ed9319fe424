package process

import (
	"errors"
	"net"
	"net/http"
	"sync"
)

// api is the Runtime API of all instances, on a loopback port of its own. Each
// instance has its token as the first part of the path.
type api struct {
	address string
	server  *http.Server
	served  chan error

	mu       sync.Mutex
	sessions map[string]*session
}

func listen() (*api, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	a := &api{address: listener.Addr().String(), served: make(chan error, 1), sessions: map[string]*session{}}
	a.server = &http.Server{Handler: a.routes()} // a function may take its time
	go func() {
		a.served <- a.server.Serve(listener)
		close(a.served)
	}()
	return a, nil
}

func (a *api) routes() http.Handler {
	const runtime = "/{token}/2018-06-01/runtime"
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+runtime+"/invocation/next", a.with((*session).next))
	mux.HandleFunc("POST "+runtime+"/init/error", a.with((*session).initError))
	mux.HandleFunc("POST "+runtime+"/invocation/{id}/response", a.with(func(s *session, w http.ResponseWriter, r *http.Request) {
		s.answer(w, r, false)
	}))
	mux.HandleFunc("POST "+runtime+"/invocation/{id}/error", a.with(func(s *session, w http.ResponseWriter, r *http.Request) {
		s.answer(w, r, true)
	}))
	return mux
}

// with finds the session of a request; who has no token of one learns nothing.
func (a *api) with(serve func(*session, http.ResponseWriter, *http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		s, ok := a.sessions[r.PathValue("token")]
		a.mu.Unlock()
		if !ok {
			http.NotFound(w, r)
			return
		}
		serve(s, w, r)
	}
}

func (a *api) add(s *session) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sessions[s.token] = s
}

func (a *api) remove(s *session) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.sessions, s.token)
}

func (a *api) close() error {
	err := a.server.Close()
	if served := <-a.served; !errors.Is(served, http.ErrServerClosed) {
		return served
	}
	return err
}
