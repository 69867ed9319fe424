package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// Transport is an http.RoundTripper that calls a handler in process: no socket,
// and nothing left running once the handler has returned. It works inside a
// testing/synctest bubble.
type Transport struct{ Handler http.Handler }

// RoundTrip serves the request in a goroutine of its own and returns at the
// handler's first flush or its end. It returns early, with the context's error,
// when the request is cancelled; the handler sees the same context. A handler that
// aborts with http.ErrAbortHandler looks like a lost connection.
func (t Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(request.Context())
	served := request.WithContext(ctx)
	served.RequestURI = request.URL.RequestURI()
	served.RemoteAddr = "127.0.0.1:0"
	if served.Host == "" {
		served.Host = request.URL.Host
	}
	if served.Body == nil {
		served.Body = http.NoBody
	}
	s := newStream(cancel)
	go s.serve(t.Handler, served)
	select {
	case <-s.ready:
	case <-ctx.Done():
		if request.Context().Err() != nil {
			return nil, request.Context().Err()
		}
		<-s.ready // the handler has ended, which cancels too
	}
	if err := s.failure(); err != nil {
		return nil, err
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", s.status, http.StatusText(s.status)), StatusCode: s.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: s.sent, Body: s, ContentLength: -1, Request: request,
	}, nil
}

// errLost is what a client sees of a connection that the server has closed.
var errLost = errors.New("connection reset by peer")

// stream is a response under way: the handler writes to it, the client reads.
type stream struct {
	header http.Header
	ready  chan struct{}
	cancel context.CancelFunc

	mu     sync.Mutex
	wake   *sync.Cond
	status int
	sent   http.Header
	buf    bytes.Buffer
	done   bool
	closed bool
	err    error
}

func newStream(cancel context.CancelFunc) *stream {
	s := &stream{header: http.Header{}, ready: make(chan struct{}), cancel: cancel}
	s.wake = sync.NewCond(&s.mu)
	return s
}

func (s *stream) serve(h http.Handler, r *http.Request) {
	defer func() {
		var err error
		if broken := recover(); broken != nil {
			err = errLost
			if broken != http.ErrAbortHandler { //nolint:errorlint // net/http compares the same way
				err = fmt.Errorf("%w: the handler panicked: %v", errLost, broken)
			}
		}
		s.finish(err)
	}()
	defer func() { _ = r.Body.Close() }() // as a RoundTripper must
	h.ServeHTTP(s, r)
}

func (s *stream) finish(err error) {
	defer s.cancel()
	s.WriteHeader(http.StatusOK)
	s.mu.Lock()
	s.done, s.err = true, err
	s.wake.Broadcast()
	s.mu.Unlock()
	s.Flush()
}

func (s *stream) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *stream) Header() http.Header { return s.header }

func (s *stream) WriteHeader(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.status == 0 && status >= http.StatusOK {
		s.status, s.sent = status, s.header.Clone()
	}
}

func (s *stream) Write(b []byte) (int, error) {
	s.WriteHeader(http.StatusOK)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, errLost
	}
	s.wake.Broadcast()
	return s.buf.Write(b)
}

// Flush lets the client have the answer before the handler ends.
func (s *stream) Flush() {
	s.WriteHeader(http.StatusOK)
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.ready:
	default:
		close(s.ready)
	}
}

// Read gives the client what the handler has written, and waits for more.
func (s *stream) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.buf.Len() == 0 && !s.done && !s.closed {
		s.wake.Wait()
	}
	if s.buf.Len() > 0 {
		return s.buf.Read(b)
	}
	if s.err != nil {
		return 0, s.err
	}
	return 0, io.EOF
}

// Close ends the handler's context and makes its further writes fail, as a closed
// connection does.
func (s *stream) Close() error {
	s.cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.wake.Broadcast()
	return nil
}
