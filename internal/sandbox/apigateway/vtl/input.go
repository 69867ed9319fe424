package vtl

import "strings"

// Input is `$input`: the payload and, for a request, its parameters.
type Input struct {
	// Body is the payload as it came.
	Body string
	// Path, Query and Header are the request's parameters; of several of one name,
	// the last.
	Path, Query, Header map[string]string
}

// Property gives the body.
func (i *Input) Property(name string) any {
	if name != "body" {
		return nil
	}
	return i.Body
}

// Call is json(x), path(x), params() and params(x), as API Gateway describes them
// ("Input variables").
func (i *Input) Call(name string, arguments []any) any {
	switch {
	case name == "json" && len(arguments) == 1:
		return JSON(i.selected(Text(arguments[0])))
	case name == "path" && len(arguments) == 1:
		return i.selected(Text(arguments[0]))
	case name == "params" && len(arguments) == 0:
		return NewMap("path", textMap(i.Path), "querystring", textMap(i.Query), "header", textMap(i.Header))
	case name == "params" && len(arguments) == 1:
		return i.parameter(Text(arguments[0]))
	}
	return nil
}

// selected is anew for each call, so that no template changes the payload. A body
// that is not JSON is a string.
func (i *Input) selected(path string) any {
	body := i.Body
	if strings.TrimSpace(body) == "" {
		body = "{}"
	}
	v, err := ParseJSON(body)
	if err != nil {
		v = i.Body
	}
	return Select(v, path)
}

// parameter looks in the path, the query string and the headers, in this order.
func (i *Input) parameter(name string) any {
	for _, in := range []map[string]string{i.Path, i.Query, i.Header} {
		if v, there := in[name]; there {
			return v
		}
	}
	return ""
}

// textMap makes a Map of strings, in the order of their keys.
func textMap(m map[string]string) *Map {
	out := NewMap()
	for _, key := range sortedKeys(m) {
		out.Set(key, m[key])
	}
	return out
}
