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

// matchRoute finds the REST operation of a request: of all templates that fit, the
// one with the most fixed parts.
func (s *Service) matchRoute(r *http.Request) (binding, bool) {
	best := binding{weight: -1}
	segments := strings.Split(strings.Trim(r.URL.EscapedPath(), "/"), "/")
	for _, op := range s.operations {
		if op.Route.Method != r.Method {
			continue
		}
		path, query, _ := strings.Cut(op.Route.Path, "?")
		labels, weight, ok := matchPath(strings.Split(strings.Trim(path, "/"), "/"), segments)
		if !ok || !matchFixedQuery(query, r.URL.RawQuery) {
			continue
		}
		if query != "" {
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
	labels = map[string]string{}
	for i, part := range template {
		name, isLabel := strings.CutPrefix(part, "{")
		if !isLabel {
			if i >= len(segments) || segments[i] != part {
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
		labels[upperFirst(name)] = text
	}
	return labels, weight, len(template) == len(segments)
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
	r := traitsOf(in).Routes[operation]
	return Route{
		Method: r.Method, Path: r.Path, Query: r.Query, Header: r.Header,
		RequestPayload: r.RequestPayload, ResponsePayload: r.ResponsePayload, ResponseHeader: r.ResponseHeader,
		Status: r.Status, StatusMember: r.StatusMember,
	}
}
