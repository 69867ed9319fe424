package cloudfront

import (
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// edge serves one distribution.
type edge struct {
	service *Service
	id      string
	// address is what clients put after "http://" or "https://".
	address string
	server  *http.Server
	done    chan struct{}

	mu    sync.Mutex
	cache cache
}

// headerTimeout ends clients that connect and send nothing.
const headerTimeout = 30 * time.Second

// serve starts the edge of a distribution, if there are sockets and it has none
// yet. It is called with the lock held, or before there is anybody else.
func (s *Service) serve(id string) {
	if s.edges[id] != nil || s.host.Listen == nil || s.siblings.Objects == nil {
		return
	}
	listener, err := s.host.Listen("cloudfront/" + id)
	if err != nil {
		return // the distribution keeps the name that nobody resolves
	}
	e := &edge{service: s, id: id, address: listener.Addr().String(), done: make(chan struct{}), cache: cache{entries: map[string]*entry{}}}
	if s.siblings.TLS != nil {
		listener = sniffer{listener, s.siblings.TLS()}
	}
	e.server = &http.Server{Handler: e, ReadHeaderTimeout: headerTimeout}
	s.edges[id] = e
	go func() {
		defer close(e.done)
		if err := e.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			_ = listener.Close() // accepting has failed: nobody is served any more
		}
	}()
}

// unserve ends the edge of a distribution.
func (s *Service) unserve(id string) {
	if e := s.edges[id]; e != nil {
		delete(s.edges, id)
		_ = e.server.Close()
		<-e.done
	}
}

// Close ends all edges.
func (s *Service) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id := range s.edges {
		s.unserve(id)
	}
}

// local tells that a request is meant for a server of this machine: a web page can
// have its own host name resolve to loopback.
func local(r *http.Request) bool {
	name, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		name = r.Host
	}
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}
