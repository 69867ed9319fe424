package wire

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// find works out service, protocol and operation of a request. It reports false
// for a request that names no service.
func (r *Router) find(x *exchange) (bool, error) {
	if preflight(x.request) {
		return false, nil
	}
	scope := scopeOf(x.request)
	x.call.AccessKey, x.call.Region, x.call.Service = scope.accessKey, scope.region, scope.service
	candidates := r.named(scope.service)
	if len(candidates) == 0 && scope.service != "" {
		x.call.Protocol = spokenBy(x.request)
		return true, &Error{Code: "UnknownService", Message: "the local platform has no service " + scope.service, Status: http.StatusNotFound}
	}
	if !addressed(x.request) && scope.service == "" {
		return false, nil
	}
	if scope.service == "" {
		candidates = r.services
	}
	if len(candidates) == 1 && len(candidates[0].operations) == 0 {
		x.service, x.call.Protocol = candidates[0], RESTXML
		return true, nil
	}
	return r.choose(x, candidates)
}

// preflight tells a browser's question from a request: it goes to the same URL, a
// presigned one too, and nobody signs it.
func preflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" && r.Header.Get("Authorization") == ""
}

func (r *Router) named(service string) []*Service {
	var found []*Service
	for _, s := range r.services {
		if s.Name == service {
			found = append(found, s)
		}
	}
	return found
}

// addressed tells that a request without a signature says itself which operation
// it is for.
func addressed(r *http.Request) bool {
	return r.Header.Get("X-Amz-Target") != "" || isForm(r) || strings.HasPrefix(r.URL.Path, "/service/") ||
		strings.Contains(r.URL.RawQuery, "Action=")
}

// spokenBy guesses the protocol of a request to a service that there is not.
func spokenBy(r *http.Request) Protocol {
	switch {
	case r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
		return CBOR
	case r.Header.Get("X-Amz-Target") != "":
		return JSON11
	case isForm(r):
		return Query
	}
	return RESTJSON
}

func isForm(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

// choose picks the service, among those that share a name, which has the operation.
func (r *Router) choose(x *exchange, candidates []*Service) (bool, error) {
	if err := x.read(); err != nil {
		x.service = candidates[0]
		return true, err
	}
	detect := x.detect()
	for _, s := range candidates {
		if detect(s) {
			x.service, x.call.Service, x.call.Operation = s, s.Name, x.op.Name
			return true, nil
		}
	}
	if x.call.AccessKey == "" {
		return false, nil
	}
	x.service = candidates[0]
	for _, s := range candidates {
		if s.Raw != nil {
			x.service = s
		}
	}
	if x.call.Protocol == "" || !slices.Contains(x.service.Protocols, x.call.Protocol) && len(x.service.Protocols) > 0 {
		x.call.Protocol = x.service.Protocols[0]
	}
	return true, nil
}

// detect looks at how a request is addressed, and gives the test whether a service
// has what it asks for.
func (x *exchange) detect() func(*Service) bool {
	r := x.request
	if rest, ok := strings.CutPrefix(r.URL.Path, "/service/"); ok && strings.Contains(rest, "/operation/") {
		service, operation, _ := strings.Cut(rest, "/operation/")
		return x.byName(CBOR, operation, func(s *Service) bool {
			return s.TargetPrefix == service || s.TargetPrefix == "" || x.call.AccessKey != ""
		})
	}
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		dot := strings.LastIndexByte(target, '.')
		protocol := JSON11
		if strings.Contains(r.Header.Get("Content-Type"), "json-1.0") {
			protocol = JSON10
		}
		return x.byName(protocol, target[dot+1:], func(s *Service) bool { return s.TargetPrefix == target[:max(dot, 0)] || x.call.AccessKey != "" })
	}
	if form := x.readForm(); form.Has("Action") {
		return x.byName(Query, form.Get("Action"), func(s *Service) bool { return s.Version == form.Get("Version") || x.call.AccessKey != "" })
	}
	return x.byRoute
}

func (x *exchange) readForm() url.Values {
	x.form = x.request.URL.Query()
	if isForm(x.request) {
		// Bad escapes are dropped, as the semicolons of ParseQuery are: a member
		// that is missing is then reported by the operation itself.
		body, _ := url.ParseQuery(string(x.body))
		for name, values := range body {
			x.form[name] = values
		}
	}
	return x.form
}

func (x *exchange) byName(protocol Protocol, operation string, belongs func(*Service) bool) func(*Service) bool {
	x.call.Protocol, x.call.Operation = protocol, operation
	return func(s *Service) bool {
		op := s.operations[operation]
		if op == nil || !belongs(s) {
			return false
		}
		if protocol == Query && slices.Contains(s.Protocols, EC2Query) {
			x.call.Protocol = EC2Query
		}
		x.op = op
		return true
	}
}

func (x *exchange) byRoute(s *Service) bool {
	rest := slices.IndexFunc(s.Protocols, func(p Protocol) bool { return p == RESTJSON || p == RESTXML })
	if rest < 0 {
		return false
	}
	match, ok := s.matchRoute(x.request)
	if !ok {
		return false
	}
	x.op, x.call.Labels, x.call.Protocol = match.op, match.labels, s.Protocols[rest]
	return true
}

func (x *exchange) unknownOperation() error {
	if x.call.Protocol == RESTJSON || x.call.Protocol == RESTXML {
		return &Error{Code: "UnknownOperationException", Message: "the local platform does not know " + x.request.Method + " " + x.request.URL.Path + " of " + x.call.Service, Status: http.StatusNotFound}
	}
	code := "UnknownOperationException"
	if x.call.Protocol == Query || x.call.Protocol == EC2Query {
		code = "InvalidAction"
	}
	return &Error{Code: code, Message: "the local platform does not know the operation " + x.call.Operation + " of " + x.call.Service}
}

// restoreBody gives an HTTP handler the body that was read to find the operation.
func (x *exchange) restoreBody(r *http.Request) {
	if x.packed != nil {
		r.Body = io.NopCloser(bytes.NewReader(x.packed))
	}
}
