package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/wire/traits"
)

// model is the part of a service model that is read here.
type model struct {
	Metadata   struct{ Protocol, TimestampFormat string }
	Operations map[string]operation
	Shapes     map[string]shape

	inner map[string]bool
}

type operation struct {
	HTTP struct {
		Method       string
		RequestURI   string `json:"requestUri"`
		ResponseCode int
	}
	Input, Output ref
}

type ref struct {
	Shape, Location, LocationName, TimestampFormat string
	Flattened                                      bool
}

type shape struct {
	Type, Payload, TimestampFormat, LocationName string
	Members                                      map[string]ref
	Member, Key, Value                           ref
	Flattened, Exception                         bool
	Error                                        struct {
		Code           string
		HTTPStatusCode int `json:"httpStatusCode"`
	}
}

func readModel(path string) (*model, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var source io.Reader = bytes.NewReader(raw)
	if strings.HasSuffix(path, ".gz") {
		if source, err = gzip.NewReader(source); err != nil {
			return nil, err
		}
	}
	m := &model{}
	return m, json.NewDecoder(source).Decode(m)
}

// nested are the shapes that are members or elements of others.
func (m *model) nested() map[string]bool {
	if m.inner != nil {
		return m.inner
	}
	m.inner = map[string]bool{}
	for _, s := range m.Shapes {
		for _, member := range s.Members {
			m.inner[member.Shape] = true
		}
		m.inner[s.Member.Shape], m.inner[s.Value.Shape] = true, true
	}
	return m.inner
}

func (r ref) wireName(member string) string {
	if r.LocationName != "" {
		return r.LocationName
	}
	return member
}

// listNames is wire.Service's notation of a list's or map's element names, or ""
// for the usual ones.
func (m *model) listNames(s shape, wire string) string {
	if m.Metadata.Protocol == "json" || m.Metadata.Protocol == "rest-json" {
		return ""
	}
	switch s.Type {
	case "list":
		item := s.Member.wireName("member")
		if s.Flattened {
			if item == "member" {
				item = wire
			}
			return item + "*"
		}
		if item != "member" {
			return item
		}
	case "map":
		names := "entry"
		if s.Flattened {
			names = wire + "*"
		}
		names += "/" + s.Key.wireName("key") + "/" + s.Value.wireName("value")
		if names != "entry/key/value" {
			return names
		}
	}
	return ""
}

// timeFormat is the format of a timestamp in a body where it is not its protocol's.
func (m *model) timeFormat(r ref, s shape) string {
	if s.Type != "timestamp" || r.Location != "" {
		return ""
	}
	format, usual := r.TimestampFormat, "date-time"
	if format == "" {
		format = s.TimestampFormat
	}
	if m.Metadata.Protocol == "json" || m.Metadata.Protocol == "rest-json" || strings.Contains(m.Metadata.Protocol, "cbor") {
		usual = "epoch-seconds"
	}
	names := map[string]string{"iso8601": "date-time", "unixTimestamp": "epoch-seconds", "rfc822": "http-date"}
	if format = names[format]; format == usual {
		return ""
	}
	return format
}

// route is the address of a REST operation, with Go's member names in the path.
func (m *model) route(op operation) traits.Route {
	in, out := m.Shapes[op.Input.Shape], m.Shapes[op.Output.Shape]
	r := traits.Route{
		Method: op.HTTP.Method, Path: op.HTTP.RequestURI, Query: map[string]string{}, Header: map[string]string{},
		ResponseHeader: map[string]string{},
	}
	if op.HTTP.ResponseCode != 200 {
		r.Status = op.HTTP.ResponseCode
	}
	if in.Payload != "" {
		r.RequestPayload = goName(in.Payload)
	}
	if out.Payload != "" {
		r.ResponsePayload = goName(out.Payload)
	}
	for member, ref := range in.Members {
		wire := ref.wireName(member)
		switch ref.Location {
		case "uri":
			r.Path = strings.NewReplacer("{"+wire+"}", "{"+goName(member)+"}", "{"+wire+"+}", "{"+goName(member)+"+}").Replace(r.Path)
		case "querystring":
			if m.Shapes[ref.Shape].Type == "map" {
				wire = "*"
			}
			r.Query[wire] = goName(member)
		case "header":
			r.Header[wire] = goName(member)
		}
	}
	for member, ref := range out.Members {
		switch ref.Location {
		case "header":
			r.ResponseHeader[ref.wireName(member)] = goName(member)
		case "statusCode":
			r.StatusMember = goName(member)
		}
	}
	return r
}
