package apigateway

import (
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/apigateway/vtl"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/record"
)

// ServeExecute answers a request below host.ExecuteAPIPath to one of the REST APIs.
// It reports false for anything else.
func (s *Service) ServeExecute(w http.ResponseWriter, r *http.Request) bool {
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), host.ExecuteAPIPath)
	if !ok {
		return false
	}
	id, rest, _ := strings.Cut(rest, "/")
	if _, known := s.apis.Get(record.Key("", id)); !known {
		return false
	}
	stage, path, _ := strings.Cut(rest, "/")
	if unescaped, err := url.PathUnescape(path); err == nil {
		path = unescaped
	}
	e, ok := s.begin(r, id, stage, "/"+path)
	if !ok {
		write(w, e.refuse(forbidden()))
		return true
	}
	a := e.run()
	if s.host.State.Saved() != nil { // what it did is not on the disk
		a = e.refuse(internal())
	}
	write(w, a)
	e.report(a)
	return true
}

// begin finds the stage and what it serves; it reports false without one.
func (s *Service) begin(r *http.Request, id, stageName, path string) (*execution, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	api, _ := s.apis.Get(record.Key("", id))
	stage, ok := s.stages.Get(record.Key(id, stageName))
	e := &execution{
		ctx: r.Context(), service: s, request: r, api: api, stage: stage, path: path, start: s.host.Clock.Now(), integration: -1,
		input: &vtl.Input{Query: lastOf(r.URL.Query()), Header: lastOf(headersOf(r))},
	}
	e.variables = e.describe()
	if ok = ok && !isTrue(api.Properties.DisableExecuteApiEndpoint); ok {
		e.snapshot = s.deployed(stage)
	}
	return e, ok
}

// requestTime is CLF's, as in $context.requestTime.
const requestTime = "02/Jan/2006:15:04:05 -0700"

// describe makes $context (API Gateway Developer Guide, "$context variables").
func (e *execution) describe() *vtl.Map {
	h, now := e.service.host, e.start.UTC()
	source, _, _ := net.SplitHostPort(e.request.RemoteAddr)
	return vtl.NewMap(
		"accountId", h.Account, "apiId", e.api.ID, "stage", e.stage.ID,
		"requestId", requestID(h), "extendedRequestId", h.ID(host.MixedID, 15)+"=",
		"requestTime", now.Format(requestTime), "requestTimeEpoch", now.UnixMilli(),
		"httpMethod", e.request.Method, "path", "/"+e.stage.ID+e.path, "protocol", e.request.Proto,
		"domainName", e.api.ID+".execute-api."+h.Region+".amazonaws.com", "domainPrefix", e.api.ID,
		"identity", vtl.NewMap("sourceIp", source, "userAgent", e.request.UserAgent()),
		"responseOverride", vtl.NewMap("header", vtl.NewMap()),
		"requestOverride", vtl.NewMap("header", vtl.NewMap(), "path", vtl.NewMap(), "querystring", vtl.NewMap()),
	)
}

// requestID is a UUID of version 4.
func requestID(h *host.Host) string {
	return h.ID(host.Hex, 8) + "-" + h.ID(host.Hex, 4) + "-4" + h.ID(host.Hex, 3) + "-" + h.ID("89ab", 1) + h.ID(host.Hex, 3) + "-" + h.ID(host.Hex, 12)
}

// headersOf has the Host header too, which net/http keeps apart.
func headersOf(r *http.Request) map[string][]string {
	headers := r.Header.Clone()
	headers.Set("Host", r.Host)
	return headers
}

func lastOf(all map[string][]string) map[string]string {
	out := make(map[string]string, len(all))
	for name, values := range all {
		if len(values) > 0 {
			out[name] = values[len(values)-1]
		}
	}
	return out
}

func write(w http.ResponseWriter, a answer) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	if a.status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	if a.status != http.StatusNoContent && a.status != http.StatusNotModified {
		_, _ = w.Write(a.body) // a caller that has left misses nothing
	}
}
