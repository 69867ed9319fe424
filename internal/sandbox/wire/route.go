package wire

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
)

// binding is a REST request matched to an operation.
type binding struct {
	op *Operation
	// labels are the values of the path's placeholders, by Go member name.
	labels map[string]string
	weight int
}

// address splits the route's path once, for matchRoute.
func (op *Operation) address(under string) {
	path, query, _ := strings.Cut(op.Route.Path, "?")
	op.template, op.fixedQuery = splitPath(under+path), query
}

// splitPath forgives slashes at the end, which some clients send.
func splitPath(path string) []string { return strings.Split(strings.Trim(path, "/"), "/") }

// matchRoute finds the REST operation of a request: of all templates that fit, the
// one with the most fixed parts.
func (s *Service) matchRoute(r *http.Request) (binding, bool) {
	best := binding{weight: -1}
	segments := splitPath(r.URL.EscapedPath())
	for _, op := range s.operations {
		if op.Route.Method != r.Method {
			continue
		}
		labels, weight, ok := matchPath(op.template, segments)
		if !ok || !matchFixedQuery(op.fixedQuery, r.URL.RawQuery) {
			continue
		}
		if op.fixedQuery != "" {
			weight++
		}
		if weight > best.weight || weight == best.weight && op.Name < best.op.Name {
			best = binding{op: op, labels: labels, weight: weight}
		}
	}
	return best, best.op != nil
}

// matchPath compares escaped segments with a template's.
func matchPath(template, segments []string) (labels map[string]string, weight int, ok bool) {
	for i, part := range template {
		name, isLabel := strings.CutPrefix(part, "{")
		if !isLabel {
			if i >= len(segments) || segments[i] != part && unescaped(segments[i]) != part {
				return nil, 0, false
			}
			weight += 2
			continue
		}
		if i >= len(segments) || segments[i] == "" {
			return nil, 0, false
		}
		name = strings.TrimSuffix(name, "}")
		value := segments[i]
		if rest, greedy := strings.CutSuffix(name, "+"); greedy {
			name, value = rest, strings.Join(segments[i:], "/")
			segments = segments[:i+1]
		}
		text, err := url.PathUnescape(value)
		if err != nil {
			return nil, 0, false
		}
		if labels == nil {
			labels = map[string]string{}
		}
		labels[upperFirst(name)] = text
	}
	return labels, weight, len(template) == len(segments)
}

// unescaped is a fixed part as the client may have escaped it: "%40connections".
func unescaped(segment string) string {
	text, _ := url.PathUnescape(segment)
	return text
}

// matchFixedQuery checks the parameters that are part of a route's address,
// "Operation=Tag" of CloudFront.
func matchFixedQuery(fixed, raw string) bool {
	if fixed == "" {
		return true
	}
	want, _ := url.ParseQuery(fixed)
	have, _ := url.ParseQuery(raw)
	for name := range want {
		if !have.Has(name) || want.Get(name) != have.Get(name) {
			return false
		}
	}
	return true
}

// knownRoute is the address that the model gives an SDK operation.
func knownRoute(in reflect.Type, operation string) Route {
	known, _ := traitsOf(in)
	r := known.Routes[operation]
	return Route{
		Method: r.Method, Path: r.Path, Query: r.Query, Header: r.Header,
		RequestPayload: r.RequestPayload, ResponsePayload: r.ResponsePayload, ResponseHeader: r.ResponseHeader,
		Status: r.Status, StatusMember: r.StatusMember,
	}
}
