package apigatewayv2

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// How long a connection lives (API Gateway quotas, "WebSocket API").
const (
	idleTimeout = 10 * time.Minute
	maxDuration = 2 * time.Hour
)

// writeTimeout bounds a write to a client that does not read.
const writeTimeout = 10 * time.Second

// goingAway is the reason that API Gateway gives with code 1001.
const goingAway = "Going away"

// connection is a client's WebSocket.
type connection struct {
	service             *Service
	id, api, stage      string
	sourceIP, userAgent string
	connected           time.Time
	// socket is set when ready is closed, and stays nil where the upgrade failed.
	socket *websocket.Conn
	ready  chan struct{}
	meter  *frameMeter

	// These are the service's lock's.
	active time.Time
	// closedBy is how this side has closed it, before the client did.
	closedBy websocket.CloseError
	stop     []func() bool
}

// newConnection is one that is not accepted yet.
func (s *Service) newConnection(r *http.Request, api, stage string) *connection {
	source, _, _ := net.SplitHostPort(r.RemoteAddr)
	return &connection{
		service: s, id: s.host.ID(host.MixedID, 15) + "=", api: api, stage: stage, sourceIP: source, userAgent: r.UserAgent(),
		connected: s.host.Clock.Now(), active: s.host.Clock.Now(), ready: make(chan struct{}), meter: &frameMeter{},
	}
}

// accept upgrades the request and makes the connection known: before the client can know
// of it, since whoever it tells may send at once. It reports false where that fails, and
// the client has its answer then.
func (c *connection) accept(w http.ResponseWriter, r *http.Request, protocol string) bool {
	options := &websocket.AcceptOptions{
		InsecureSkipVerify: true, // the router has checked the Origin
		OnPingReceived:     func(context.Context, []byte) bool { c.touch(); return true },
	}
	if protocol != "" {
		options.Subprotocols = []string{protocol}
	}
	c.announce()
	defer close(c.ready)
	socket, err := websocket.Accept(meteredWriter{w, c.meter}, r, options)
	if err != nil {
		_ = c.forget(err) // nobody asks how it ended: it never was
		return false
	}
	socket.SetReadLimit(maxMessage)
	c.socket = socket
	if !c.join() { // the sandbox has ended in between
		c.close(websocket.StatusGoingAway, goingAway)
	}
	return true
}

// announce makes the connection known; whoever finds it waits until it is ready.
func (c *connection) announce() {
	c.service.mu.Lock()
	defer c.service.mu.Unlock()
	c.service.connections[c.id] = c
}

// join starts the connection's timers; it reports false when all connections end.
func (c *connection) join() bool {
	s := c.service
	s.mu.Lock()
	defer s.mu.Unlock()
	c.stop = []func() bool{
		s.host.Clock.AfterFunc(idleTimeout, c.checkIdle),
		s.host.Clock.AfterFunc(maxDuration, func() { c.close(websocket.StatusGoingAway, goingAway) }),
	}
	return !s.closed
}

// touch notes that something went over the connection.
func (c *connection) touch() {
	c.service.mu.Lock()
	defer c.service.mu.Unlock()
	c.active = c.service.host.Clock.Now()
}

// checkIdle closes a connection that has been idle for long enough, or looks again
// when it could have been.
func (c *connection) checkIdle() {
	s := c.service
	s.mu.Lock()
	left := idleTimeout - s.host.Clock.Now().Sub(c.active)
	if _, open := s.connections[c.id]; open && left > 0 {
		c.stop[0] = s.host.Clock.AfterFunc(left, c.checkIdle)
	}
	s.mu.Unlock()
	if left <= 0 {
		c.close(websocket.StatusGoingAway, goingAway)
	}
}

// close ends the connection from this side.
func (c *connection) close(code websocket.StatusCode, reason string) {
	c.service.mu.Lock()
	if c.closedBy.Code == 0 {
		c.closedBy = websocket.CloseError{Code: code, Reason: reason}
	}
	c.service.mu.Unlock()
	_ = c.socket.Close(code, reason) // a client that is gone already is closed too
}

// forget makes the connection unknown and tells with which code and reason it
// ended.
func (c *connection) forget(err error) websocket.CloseError {
	s := c.service
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.connections, c.id)
	for _, stop := range c.stop {
		stop()
	}
	switch closed, ok := errors.AsType[websocket.CloseError](err); {
	case c.closedBy.Code != 0:
		return c.closedBy
	case ok && closed.Code == websocket.StatusNoStatusRcvd:
		return websocket.CloseError{Code: closed.Code, Reason: "Client-side close frame status not set"}
	case ok:
		return closed
	case errors.Is(err, websocket.ErrMessageTooBig):
		return websocket.CloseError{Code: websocket.StatusMessageTooBig}
	}
	return websocket.CloseError{Code: websocket.StatusAbnormalClosure, Reason: "Connection closed abnormally"}
}

// read waits for a message. A message with too long a frame ends the connection.
func (c *connection) read() (websocket.MessageType, []byte, error) {
	kind, body, err := c.socket.Read(c.service.life)
	if err == nil && c.meter.tooLong.Load() {
		c.close(websocket.StatusMessageTooBig, "")
		return kind, nil, io.EOF
	}
	if err == nil {
		c.touch()
	}
	return kind, body, err
}

// send writes a text message. It does not end with the request that asks for it: a
// write that is broken off ends the connection.
func (c *connection) send(body []byte) error {
	ctx, cancel := context.WithTimeout(c.service.life, writeTimeout)
	defer cancel()
	if err := c.socket.Write(ctx, websocket.MessageText, body); err != nil {
		return err
	}
	c.touch()
	return nil
}

// farewell is how long clients have for the closing handshake when the sandbox ends.
const farewell = time.Second

// Close ends all connections, without asking their handlers: the functions end too.
func (s *Service) Close() {
	s.mu.Lock()
	s.closed = true
	for _, c := range s.connections {
		s.open.Go(func() {
			if <-c.ready; c.socket != nil {
				c.close(websocket.StatusGoingAway, goingAway)
			}
		})
	}
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	context.AfterFunc(ctx, s.end)
	s.open.Wait()
}
