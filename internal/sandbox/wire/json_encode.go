package wire

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sample is after how many elements of a list room is made for the others, all at
// once: a page of log events has ten thousand.
const sample = 16

// appendJSON writes v as the JSON protocols do.
func appendJSON(b []byte, p *plan, v reflect.Value, format string) []byte {
	switch p.shape {
	case shapePointer:
		if v.IsNil() {
			return append(b, "null"...)
		}
		return appendJSON(b, p.elem, v.Elem(), format)
	case shapeString:
		return appendQuoted(b, v.String())
	case shapeInt:
		return strconv.AppendInt(b, v.Int(), 10)
	case shapeFloat:
		return appendJSONFloat(b, v.Float(), v.Type().Bits())
	case shapeBool:
		return strconv.AppendBool(b, v.Bool())
	case shapeBlob:
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, v.Bytes())
		return append(b, '"')
	case shapeTime:
		return appendJSONTime(b, v.Interface().(time.Time), format)
	case shapeList:
		b = append(b, '[')
		start, n := len(b), v.Len()
		for i := range n {
			if i > 0 {
				b = append(b, ',')
			}
			if i == sample {
				b = slices.Grow(b, (len(b)-start)/sample*(n-i)*9/8)
			}
			b = appendJSON(b, p.elem, v.Index(i), format)
		}
		return append(b, ']')
	case shapeMap:
		return appendJSONMap(b, p, v, format)
	case shapeUnion:
		return appendJSONUnion(b, p, v, format)
	case shapeAny:
		raw, err := json.Marshal(v.Interface())
		if err != nil {
			panic("wire: " + err.Error())
		}
		return append(b, raw...)
	}
	return appendJSONStruct(b, p, v, nil, format)
}

// appendJSONStruct leaves out the members of skip, which travel elsewhere.
func appendJSONStruct(b []byte, p *plan, v reflect.Value, skip []string, format string) []byte {
	b = append(b, '{')
	first := true
	for i := range p.fields {
		f := &p.fields[i]
		value := v.Field(f.index)
		if absent(f.plan, value) || slices.Contains(skip, f.goName) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, f.quoted...)
		b = appendJSON(b, f.plan, value, f.timeIn(format))
	}
	return append(b, '}')
}

// absent tells that a member is not sent. Plain numbers and booleans always are:
// the SDK reads a missing one as zero, other clients as missing. An enum has no
// pointer, so its empty string means absent.
func absent(p *plan, v reflect.Value) bool {
	switch p.shape {
	case shapePointer, shapeList, shapeMap, shapeBlob, shapeUnion, shapeStream, shapeAny:
		return v.IsNil()
	case shapeString:
		return v.Len() == 0
	}
	return false
}

func (f *field) timeIn(format string) string {
	if f.time != "" {
		return f.time
	}
	return format
}

func appendJSONMap(b []byte, p *plan, v reflect.Value, format string) []byte {
	b = append(b, '{')
	for i, key := range sortedKeys(v) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendQuoted(b, key.String())
		b = append(b, ':')
		b = appendJSON(b, p.elem, v.MapIndex(key), format)
	}
	return append(b, '}')
}

// sortedKeys makes equal maps equal on the wire.
func sortedKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	return keys
}

func appendJSONUnion(b []byte, p *plan, v reflect.Value, format string) []byte {
	member, value := p.variant(v)
	if member == nil {
		return append(b, "null"...)
	}
	b = append(b, '{')
	b = appendQuoted(b, member.wire)
	b = append(b, ':')
	b = appendJSON(b, member.plan, value, format)
	return append(b, '}')
}

// variant finds which member a union holds, and its value.
func (p *plan) variant(v reflect.Value) (*variant, reflect.Value) {
	held := v.Elem()
	if held.Kind() == reflect.Pointer {
		held = held.Elem()
	}
	for i := range p.variants {
		if held.IsValid() && p.variants[i].typ == held.Type() {
			return &p.variants[i], held.FieldByName("Value")
		}
	}
	return nil, reflect.Value{}
}

func appendJSONTime(b []byte, at time.Time, format string) []byte {
	if format == "" || format == EpochSeconds {
		return appendTime(b, at, EpochSeconds)
	}
	b = append(b, '"')
	b = appendTime(b, at, format)
	return append(b, '"')
}

// appendJSONFloat keeps the point in "2.0": the SDK's generic parsers would take
// "2" for an integer. Numbers that JSON lacks are strings.
func appendJSONFloat(b []byte, f float64, bits int) []byte {
	if word := notFinite(f); word != "" {
		return appendQuoted(b, word)
	}
	return appendFloat(b, f, bits)
}

func appendFloat(b []byte, f float64, bits int) []byte {
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return strconv.AppendFloat(b, f, 'f', 1, bits)
	}
	return strconv.AppendFloat(b, f, 'g', -1, bits)
}

// notFinite is Smithy's name for a number that is none, or "".
func notFinite(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	return ""
}
