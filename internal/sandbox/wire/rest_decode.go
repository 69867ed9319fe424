package wire

import (
	"bytes"
	"io"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

// decodeREST fills the members that travel in path, query and headers, and then
// the body's.
func (x *exchange) decodeREST(in reflect.Value) error {
	p := x.service.plan(x.op.In)
	if err := x.decodeRESTBody(p, in); err != nil {
		return err
	}
	bind := func(member string, values []string) error {
		f := p.member(member)
		if f == nil || len(values) == 0 {
			return nil
		}
		x.call.bound = append(x.call.bound, member)
		return fillBound(f, in.Field(f.index), values)
	}
	for member, value := range x.call.Labels {
		if err := bind(member, []string{value}); err != nil {
			return err
		}
	}
	query := x.request.URL.Query()
	for name, member := range x.op.Route.Query {
		if name == "*" {
			if err := x.decodeRest(p.member(member), in, query); err != nil {
				return err
			}
			continue
		}
		if err := bind(member, query[name]); err != nil {
			return err
		}
	}
	for name, member := range x.op.Route.Header {
		if err := bind(member, x.request.Header.Values(name)); err != nil {
			return err
		}
	}
	return nil
}

// decodeRest fills a map member with the query parameters that no other has.
func (x *exchange) decodeRest(f *field, in reflect.Value, query url.Values) error {
	n := node{kind: kindObject}
	for name := range query {
		_, fixed := x.op.Route.Query[name]
		if !fixed && !strings.Contains(x.op.Route.Path, name+"=") {
			n.nodes = append(n.nodes, node{kind: kindRaw, name: name, text: query.Get(name)})
		}
	}
	if len(n.nodes) == 0 {
		return nil
	}
	return fill(f.plan, in.Field(f.index), &n)
}

// fillBound sets a member from characters; a list takes all values, others the first.
func fillBound(f *field, v reflect.Value, values []string) error {
	p := f.plan
	if p.shape != shapeList {
		return fill(p, v, &node{kind: kindRaw, text: values[0]})
	}
	n := node{kind: kindList}
	for _, value := range values {
		n.nodes = append(n.nodes, node{kind: kindRaw, text: value})
	}
	v.SetZero()
	return fill(p, v, &n)
}

func (x *exchange) decodeRESTBody(p *plan, in reflect.Value) error {
	payload := x.op.Route.RequestPayload
	if payload == "" {
		return x.decodeBody(p, in)
	}
	f := p.member(payload)
	if f == nil {
		return malformed("%s has no member %s", x.op.Name, payload)
	}
	target := in.Field(f.index)
	switch f.plan.shape {
	case shapeStream:
		target.Set(reflect.ValueOf(io.NopCloser(bytes.NewReader(x.body))))
	case shapeBlob:
		if len(x.body) > 0 {
			target.SetBytes(slices.Clone(x.body))
		}
	default:
		return x.decodeBody(f.plan, target)
	}
	x.call.bound = append(x.call.bound, payload)
	return nil
}

// decodeBody parses the body as a document and fills v from it.
func (x *exchange) decodeBody(p *plan, v reflect.Value) error {
	if len(bytes.TrimSpace(x.body)) == 0 {
		return nil
	}
	parse := parseJSON
	if x.call.Protocol == RESTXML {
		parse = parseXML
	}
	n, err := parse(string(x.body))
	if err != nil {
		return err
	}
	if v.Type() == x.op.In {
		x.call.sent, x.call.plan = &n, p
	}
	return fill(p, v, &n)
}
