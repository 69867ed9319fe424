package apigatewayv2

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/coder/websocket"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/record"
)

// The routes that API Gateway takes by itself, without reading a message.
const (
	connectRoute    = "$connect"
	disconnectRoute = "$disconnect"
	defaultRoute    = "$default"
)

// ServeExecute answers a request below host.ExecuteAPIPath to one of the APIs: it
// makes a client's WebSocket and stays with it until it ends. It reports false for
// anything else.
func (s *Service) ServeExecute(w http.ResponseWriter, r *http.Request) bool {
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), host.ExecuteAPIPath)
	if !ok {
		return false
	}
	id, rest, _ := strings.Cut(rest, "/")
	api, known := s.apis.Get(record.Key("", id))
	if !known {
		return false
	}
	stage, more, _ := strings.Cut(rest, "/")
	_, staged := s.stages.Get(record.Key(id, stage))
	switch {
	case !staged || more != "" || api.Properties.ProtocolType != types.ProtocolTypeWebsocket || *or(api.Properties.DisableExecuteApiEndpoint, false):
		refuse(w, http.StatusForbidden, nil)
	case !strings.EqualFold(r.Header.Get("Upgrade"), "websocket"):
		refuse(w, http.StatusUpgradeRequired, nil)
	case !s.enter():
		refuse(w, http.StatusServiceUnavailable, nil)
	default:
		defer s.open.Done()
		s.serve(w, r, s.newConnection(r, id, stage))
	}
	return true
}

// enter counts a connection, unless the sandbox has ended.
func (s *Service) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.open.Add(1)
	return true
}

// serve asks the handler of $connect, and then leads the messages to theirs, one
// after the other.
func (s *Service) serve(w http.ResponseWriter, r *http.Request, c *connection) {
	e := s.newEvent(c, connectRoute)
	e.describeRequest(r)
	result := s.handle(e)
	e.report(result.status())
	if status := result.status(); status < http.StatusOK || status >= http.StatusMultipleChoices {
		refuse(w, status, e)
		return
	}
	if !c.accept(w, r, result.header("Sec-WebSocket-Protocol")) {
		return
	}
	var err error
	for err == nil {
		var kind websocket.MessageType
		var body []byte
		if kind, body, err = c.read(); err == nil {
			s.message(c, kind == websocket.MessageBinary, body)
		}
	}
	closed := c.forget(err)
	_ = c.socket.CloseNow() // ended already, but for a failed read
	if s.life.Err() != nil {
		return
	}
	e = s.newEvent(c, disconnectRoute)
	e.describeEnd(closed)
	e.report(s.handle(e).status())
}

// refuse answers instead of an upgrade.
func refuse(w http.ResponseWriter, status int, e *event) {
	w.Header().Set("Content-Type", "application/json")
	body := []byte(`{"message":` + strconv.Quote(http.StatusText(status)) + `}`)
	if e != nil {
		w.Header().Set("X-Amzn-Requestid", e.requestID)
		body = e.complaint(http.StatusText(status))
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has left misses nothing
}

// message leads a message to its route, and what the handler answers back where the
// route has a response.
func (s *Service) message(c *connection, binary bool, body []byte) {
	key := s.routeOf(c.api, body)
	e := s.newEvent(c, key)
	e.describeMessage(body, binary)
	result := s.handle(e)
	e.report(result.status())
	reply := result.body()
	switch {
	case result.complaint != "":
		reply = e.complaint(result.complaint)
	case !s.answers(c.api, key):
		return
	}
	if len(reply) == 0 || c.send(reply) != nil {
		return // a client that has left is noticed by the next read
	}
	e.count("MessageCount", 1)
}

// routeOf selects the route by the API's expression, such as $request.body.action:
// $default where it gives none of the API's keys.
func (s *Service) routeOf(api string, body []byte) string {
	found, _ := s.apis.Get(record.Key("", api))
	key := selected(value(found.Properties.RouteSelectionExpression), body)
	if _, ok := s.route(api, key); ok && !strings.HasPrefix(key, "$") {
		return key
	}
	return defaultRoute
}

// selected evaluates "$request.body.a.b" or "${request.body.a.b}" on a message; ""
// for a message that is not JSON or has no such string.
func selected(expression string, body []byte) string {
	path := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(expression, "$"), "{"), "}")
	path, ok := strings.CutPrefix(path, "request.body.")
	var v any
	if !ok || json.Unmarshal(body, &v) != nil {
		return ""
	}
	for name := range strings.SplitSeq(path, ".") {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	switch v := v.(type) {
	case string:
		return v
	case float64, bool:
		text, _ := json.Marshal(v)
		return string(text)
	}
	return ""
}

func (s *Service) route(api, key string) (record.Record[routeProperties], bool) {
	for _, route := range record.Of(s.routes, api) {
		if route.Properties.RouteKey == key {
			return route, true
		}
	}
	return record.Record[routeProperties]{}, false
}

// answers tells that a route is two-way: it selects a response, and has it.
func (s *Service) answers(api, key string) bool {
	route, _ := s.route(api, key)
	for _, reply := range record.Of(s.replies, api) {
		if reply.Properties.RouteId == route.ID && reply.Properties.RouteResponseKey == value(route.Properties.RouteResponseSelectionExpression) {
			return true
		}
	}
	return false
}
