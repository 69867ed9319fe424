package wire

import (
	"io"
	"reflect"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/aws/smithy-go/middleware"
)

// shape is what the codec does with a Go type.
type shape uint8

const (
	shapeString shape = iota
	shapeInt
	shapeFloat
	shapeBool
	shapeBlob
	shapeTime
	shapeList
	shapeMap
	shapeStruct
	shapeUnion
	shapePointer
	shapeStream
	shapeAny
)

// plan is how the values of one Go type travel for one service, worked out once.
type plan struct {
	shape shape
	typ   reflect.Type
	// elem is what a pointer, a list or a map holds.
	elem *plan
	// fields are the members of a struct, in their order.
	fields []field
	byWire map[string]int
	// variants are the member structs of a union, each with its one field "Value".
	variants []variant
}

// field is one member of a struct.
type field struct {
	index int
	// goName is the SDK's name, wire the one that JSON, CBOR and XML carry, query
	// the one in Query requests and responses when the list is flat.
	goName, wire, query string
	// quoted is wire in JSON with its colon.
	quoted string
	list   listNames
	time   string
	plan   *plan
}

// listNames are the element names of a list or map in XML.
type listNames struct {
	item, key, value string
	flat             bool
}

// variant is one member of a union.
type variant struct {
	wire string
	typ  reflect.Type
	plan *plan
}

// planner makes and keeps the plans of one service.
type planner struct {
	service *Service
	mu      sync.Mutex
	made    map[reflect.Type]*plan
}

func (s *Service) plan(t reflect.Type) *plan {
	s.plans.mu.Lock()
	defer s.plans.mu.Unlock()
	if s.plans.made == nil {
		s.plans.service, s.plans.made = s, map[reflect.Type]*plan{}
	}
	return s.plans.of(t)
}

var (
	timeType     = reflect.TypeFor[time.Time]()
	metadataType = reflect.TypeFor[middleware.Metadata]()
	readerType   = reflect.TypeFor[io.Reader]()
)

// of finds or makes a plan. It is kept before it is complete, since types may
// contain themselves.
func (m *planner) of(t reflect.Type) *plan {
	if p, ok := m.made[t]; ok {
		return p
	}
	p := &plan{typ: t}
	m.made[t] = p
	switch t.Kind() {
	case reflect.String:
		p.shape = shapeString
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		p.shape = shapeInt
	case reflect.Float32, reflect.Float64:
		p.shape = shapeFloat
	case reflect.Bool:
		p.shape = shapeBool
	case reflect.Pointer:
		p.shape, p.elem = shapePointer, m.of(t.Elem())
	case reflect.Map:
		p.shape, p.elem = shapeMap, m.of(t.Elem())
	case reflect.Slice:
		p.shape = shapeBlob
		if t.Elem().Kind() != reflect.Uint8 {
			p.shape, p.elem = shapeList, m.of(t.Elem())
		}
	case reflect.Interface:
		m.ofInterface(p, t)
	case reflect.Struct:
		m.ofStruct(p, t)
	default:
		panic("wire: " + t.String() + " cannot travel")
	}
	return p
}

func (m *planner) ofInterface(p *plan, t reflect.Type) {
	switch {
	case t.Implements(readerType):
		p.shape = shapeStream
	case t.NumMethod() == 0:
		p.shape = shapeAny
	default:
		p.shape = shapeUnion
		for _, member := range UnionMembers(t) {
			name := strings.TrimPrefix(member.Name(), t.Name()+"Member")
			if known, _ := traitsOf(t); m.service.lower(known) {
				name = lowerFirst(name)
			}
			value, _ := member.FieldByName("Value")
			p.variants = append(p.variants, variant{wire: name, typ: member, plan: m.of(value.Type)})
		}
	}
}

func (m *planner) ofStruct(p *plan, t reflect.Type) {
	if t == timeType {
		p.shape = shapeTime
		return
	}
	p.shape, p.byWire = shapeStruct, map[string]int{}
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() || f.Type == metadataType || f.Name == "ErrorCodeOverride" {
			continue
		}
		made := m.service.nameField(t, f)
		made.index, made.goName, made.plan = i, f.Name, m.of(f.Type)
		made.quoted = string(append(appendQuoted(nil, made.wire), ':'))
		at := len(p.fields)
		p.fields = append(p.fields, made)
		p.byWire[made.wire] = at
	}
	p.addAliases()
}

// addAliases lets a request name a member as Query does, as the SDK does, or with
// the other first letter, unless another member has that name.
func (p *plan) addAliases() {
	for i, f := range p.fields {
		for _, name := range []string{f.query, f.goName, lowerFirst(f.goName)} {
			if _, taken := p.byWire[name]; !taken {
				p.byWire[name] = i
			}
		}
	}
}

// member finds the field of that Go name.
func (p *plan) member(goName string) *field {
	for i := range p.fields {
		if p.fields[i].goName == goName {
			return &p.fields[i]
		}
	}
	return nil
}

func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
