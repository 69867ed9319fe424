package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// appendXML writes v as an element, in the way of the Query and XML protocols.
func appendXML(b []byte, name string, f *field, p *plan, v reflect.Value) []byte {
	for p.shape == shapePointer {
		if v.IsNil() {
			return b
		}
		p, v = p.elem, v.Elem()
	}
	if f.list.flat && p.shape == shapeList {
		for i := range v.Len() {
			b = appendXML(b, f.query, &field{list: nestedList}, p.elem, v.Index(i))
		}
		return b
	}
	if f.list.flat && p.shape == shapeMap {
		return appendXMLEntries(b, f.query, f, p, v)
	}
	b = append(b, '<')
	b = append(b, name...)
	b = append(b, '>')
	b = appendXMLContent(b, f, p, v)
	b = append(b, '<', '/')
	b = append(b, name...)
	return append(b, '>')
}

// nestedList is for lists in lists and maps, whose elements no service names.
var nestedList = listNames{item: "member", key: "key", value: "value"}

func appendXMLContent(b []byte, f *field, p *plan, v reflect.Value) []byte {
	switch p.shape {
	case shapeStruct:
		return appendXMLMembers(b, p, v, nil)
	case shapeList:
		for i := range v.Len() {
			b = appendXML(b, f.list.item, &field{list: nestedList}, p.elem, v.Index(i))
		}
		return b
	case shapeMap:
		return appendXMLEntries(b, "entry", f, p, v)
	case shapeUnion:
		if member, value := p.variant(v); member != nil {
			return appendXML(b, member.wire, &field{list: nestedList}, member.plan, value)
		}
		return b
	}
	return appendXMLScalar(b, f, p, v)
}

func appendXMLScalar(b []byte, f *field, p *plan, v reflect.Value) []byte {
	switch p.shape {
	case shapeString:
		return appendEscaped(b, v.String())
	case shapeInt:
		return strconv.AppendInt(b, v.Int(), 10)
	case shapeBool:
		return strconv.AppendBool(b, v.Bool())
	case shapeFloat:
		if word := notFinite(v.Float()); word != "" {
			return append(b, word...)
		}
		return appendFloat(b, v.Float(), v.Type().Bits())
	case shapeBlob:
		return base64.StdEncoding.AppendEncode(b, v.Bytes())
	case shapeTime:
		return appendTime(b, v.Interface().(time.Time), f.timeIn(DateTime))
	}
	panic("wire: " + p.typ.String() + " cannot travel in XML")
}

// appendXMLMembers leaves out the members of skip, which travel elsewhere.
func appendXMLMembers(b []byte, p *plan, v reflect.Value, skip []string) []byte {
	for i := range p.fields {
		f := &p.fields[i]
		value := v.Field(f.index)
		if absent(f.plan, value) || slices.Contains(skip, f.goName) {
			continue
		}
		b = appendXML(b, f.wire, f, f.plan, value)
	}
	return b
}

func appendXMLEntries(b []byte, name string, f *field, p *plan, v reflect.Value) []byte {
	for _, key := range sortedKeys(v) {
		b = append(b, '<')
		b = append(b, name...)
		b = append(b, '>')
		b = appendTextElement(b, f.list.key, key.String())
		b = appendXML(b, f.list.value, &field{list: nestedList}, p.elem, v.MapIndex(key))
		b = append(b, '<', '/')
		b = append(b, name...)
		b = append(b, '>')
	}
	return b
}

func appendTextElement(b []byte, name, text string) []byte {
	b = append(b, '<')
	b = append(b, name...)
	b = append(b, '>')
	b = appendEscaped(b, text)
	b = append(b, '<', '/')
	b = append(b, name...)
	return append(b, '>')
}

func appendEscaped(b []byte, s string) []byte {
	w := bytes.NewBuffer(b)
	if err := xml.EscapeText(w, []byte(s)); err != nil {
		panic(err) // a bytes.Buffer does not fail
	}
	return w.Bytes()
}
