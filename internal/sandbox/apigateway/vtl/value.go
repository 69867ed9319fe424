package vtl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Map is a map that keeps the order in which keys came, as Java's LinkedHashMap.
type Map struct {
	keys []string
	of   map[string]any
}

// NewMap makes a map of keys and values in turn.
func NewMap(pairs ...any) *Map {
	m := &Map{of: map[string]any{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		m.Set(pairs[i].(string), pairs[i+1])
	}
	return m
}

// Get gives a key's value, nil if there is none.
func (m *Map) Get(key string) any { return m.of[key] }

// Set puts a value.
func (m *Map) Set(key string, v any) {
	if _, there := m.of[key]; !there {
		m.keys = append(m.keys, key)
	}
	m.of[key] = v
}

// Keys are the keys in their order.
func (m *Map) Keys() []string { return m.keys }

func (m *Map) values() []any {
	out := make([]any, 0, len(m.keys))
	for _, key := range m.keys {
		out = append(out, m.of[key])
	}
	return out
}

// MarshalJSON keeps the order.
func (m *Map) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, key := range m.keys {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(JSON(key) + ":" + JSON(m.of[key]))
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// JSON writes a value as JSON, without escaping HTML.
func JSON(v any) string {
	if f, isFloat := v.(float64); isFloat {
		return number(f)
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "null"
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// ParseJSON reads JSON into the values of this package.
func ParseJSON(text string) (any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	v, err := decode(d)
	if err == nil && d.More() {
		err = fmt.Errorf("vtl: there is more than one JSON value")
	}
	return v, err
}

func decode(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Number:
		return fromNumber(token), nil
	case json.Delim:
		if token == '{' {
			return decodeMap(d)
		}
		return decodeList(d)
	}
	return token, nil
}

func decodeMap(d *json.Decoder) (any, error) {
	m := NewMap()
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		v, err := decode(d)
		if err != nil {
			return nil, err
		}
		m.Set(key.(string), v)
	}
	_, err := d.Token()
	return m, err
}

func decodeList(d *json.Decoder) (any, error) {
	list := []any{}
	for d.More() {
		v, err := decode(d)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := d.Token()
	return list, err
}

func fromNumber(n json.Number) any {
	if i, err := n.Int64(); err == nil {
		return i
	}
	f, err := n.Float64()
	if err != nil {
		return n.String() // beyond what a double holds
	}
	return f
}

// Text is how a value is rendered: as Java's toString does. What is nested deeper
// than templates go, a map within itself, is left out.
func Text(v any) string {
	var out strings.Builder
	writeText(&out, v, 0)
	return out.String()
}

func writeText(out *strings.Builder, v any, depth int) {
	if depth > maxDepth || out.Len() > maxOutput {
		return
	}
	switch v := v.(type) {
	case nil:
		if depth > 0 {
			out.WriteString("null")
		}
	case string:
		out.WriteString(v)
	case bool:
		out.WriteString(strconv.FormatBool(v))
	case int64:
		out.WriteString(strconv.FormatInt(v, 10))
	case float64:
		out.WriteString(number(v))
	case []any:
		writeAll(out, "[]", len(v), func(i int) { writeText(out, v[i], depth+1) })
	case *Map:
		writeAll(out, "{}", len(v.keys), func(i int) {
			out.WriteString(v.keys[i] + "=")
			writeText(out, v.of[v.keys[i]], depth+1)
		})
	}
}

func writeAll(out *strings.Builder, brackets string, n int, item func(int)) {
	out.WriteByte(brackets[0])
	for i := range n {
		if i > 0 {
			out.WriteString(", ")
		}
		if out.Len() > maxOutput {
			return
		}
		item(i)
	}
	out.WriteByte(brackets[1])
}

// number is Double.toString for the usual sizes: 2.0, not 2.
func number(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1e7 {
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// truthy is Velocity's: all but null and false.
func truthy(v any) bool { return v != nil && v != false }
