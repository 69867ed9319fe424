package wire

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/keyvex/keyvex/internal/clock"
)

// Router is the sandbox's one HTTP handler: it finds the service and the operation
// that a request is for, and answers in the request's protocol. Set the fields and
// add the services before the first request.
type Router struct {
	// Fallback serves unsigned requests that name no service (execute-api,
	// preflight, presigned websites). It may be nil.
	Fallback http.Handler
	// Origins are the origins of web pages that may send unsigned requests, beside
	// DefaultOrigins. It may be nil.
	Origins func() []string
	// Verifier checks signatures; nil checks none.
	Verifier *Verifier
	// Before is asked about every call; nil lets all through.
	Before Hook
	// Observe is told of every call that was answered, dropped ones included.
	Observe func(Call)
	// Err gives the reason why nothing can be served any more (state.Store's Err);
	// then every answer is an InternalFailure with its words.
	Err func() error
	// Clock is the wall clock unless set; Random is crypto/rand unless set.
	Clock  clock.Clock
	Random io.Reader

	services []*Service
}

// Hook decides what happens to a call. An error refuses it before it has any
// effect. After, unless nil, may replace the result of a call that has run: it gets
// the call's error and gives the one to answer with.
type Hook func(ctx context.Context, c *Call) (after func(error) error, err error)

// Add makes a service reachable. Services may share a Name if their paths or
// versions differ.
func (r *Router) Add(services ...*Service) { r.services = append(r.services, services...) }

// Services are those added, in their order.
func (r *Router) Services() []*Service { return r.services }

func (r *Router) clock() clock.Clock {
	if r.Clock == nil {
		return clock.Wall{}
	}
	return r.Clock
}

// requestID draws a UUID of version 4, as AWS's request ids are.
func (r *Router) requestID() string {
	source := r.Random
	if source == nil {
		source = rand.Reader
	}
	var b [16]byte
	if _, err := io.ReadFull(source, b[:]); err != nil {
		panic("sandbox: no randomness: " + err.Error())
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// ServeHTTP answers a request.
func (r *Router) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if reason := r.foreign(request); reason != "" {
		http.Error(w, reason, http.StatusForbidden)
		return
	}
	x := &exchange{request: request, call: &Call{
		RequestID: r.requestID(), Start: r.clock().Now(), UserAgent: request.UserAgent(), Address: addressOf(request),
	}}
	found, err := r.find(x)
	if err == nil && !found {
		if r.Fallback != nil {
			x.restoreBody(request)
			r.Fallback.ServeHTTP(w, request)
			return
		}
		err = &Error{Code: "MissingAuthenticationToken", Message: "Missing Authentication Token", Status: http.StatusForbidden}
	}
	defer r.observe(x.call)
	w.Header().Set("X-Amzn-Requestid", x.call.RequestID)
	if x.call.Protocol == RESTXML {
		w.Header().Set("X-Amz-Request-Id", x.call.RequestID)
	}
	r.serve(w, x, err)
}

// addressOf is a client's address without its port; of one in process it is this machine.
func addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return "127.0.0.1"
	}
	return host
}

func (r *Router) observe(c *Call) {
	if r.Observe != nil {
		c.Duration = r.clock().Now().Sub(c.Start)
		r.Observe(*c)
	}
}

// serve answers an exchange whose service is known, or says why it cannot.
func (r *Router) serve(w http.ResponseWriter, x *exchange, err error) {
	if x.service == nil {
		x.service = &Service{}
	}
	if err == nil {
		err = r.admit(x)
	}
	if err != nil {
		x.respondError(w, err)
		return
	}
	ctx := context.WithValue(x.request.Context(), callKey{}, x.call)
	after, err := r.before(ctx, x.call)
	switch {
	case err != nil:
		x.respondError(w, err)
	case x.op == nil:
		x.serveRaw(ctx, w, after)
	default:
		x.serveTyped(ctx, w, after)
	}
}

// admit checks what holds for every request: state that works, a good signature.
func (r *Router) admit(x *exchange) error {
	if r.Err != nil {
		if err := r.Err(); err != nil {
			return err
		}
	}
	if x.op == nil && x.service.Raw == nil {
		return x.unknownOperation()
	}
	if r.Verifier != nil {
		return r.Verifier.verify(x)
	}
	return nil
}

func (r *Router) before(ctx context.Context, c *Call) (func(error) error, error) {
	if r.Before == nil {
		return nil, nil
	}
	return r.Before(ctx, c)
}

func (x *exchange) serveTyped(ctx context.Context, w http.ResponseWriter, after func(error) error) {
	in, err := x.decode()
	var out any
	if err == nil {
		out, err = x.invoke(ctx, in)
	}
	if after != nil {
		err = after(err)
	}
	if err != nil {
		x.respondError(w, err)
		return
	}
	if events, ok := out.(outgoing); ok {
		x.respondStream(w, events)
		return
	}
	x.respond(w, out)
}
