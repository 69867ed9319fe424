package mirror

import (
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// filler gives every member a value that no other member has.
type filler struct {
	count   int
	headers map[string]bool
	// header tells that the member being filled travels in a header.
	header bool
	// open counts the structs around the value by type, to end with types that
	// contain themselves.
	open map[reflect.Type]int
	path int
}

// nesting is how often a type may stand inside itself.
const nesting = 2

var (
	timeType   = reflect.TypeFor[time.Time]()
	readerType = reflect.TypeFor[io.Reader]()
)

func (f *filler) fill(v reflect.Value) {
	f.count++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("v%d /<&>\"+%%", f.count))
		if f.header {
			v.SetString(fmt.Sprintf("v%d", f.count))
		}
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.count))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(f.count) / 2)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		if f.open[v.Type().Elem()] < nesting {
			v.Set(reflect.New(v.Type().Elem()))
			f.fill(v.Elem())
		}
	case reflect.Interface:
		f.fillInterface(v)
	case reflect.Map:
		f.fillMap(v)
	case reflect.Slice:
		f.fillSlice(v)
	case reflect.Struct:
		f.fillStruct(v)
	}
}

func (f *filler) fillSlice(v reflect.Value) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		v.SetBytes([]byte{0, 0xff, byte(f.count), byte(f.count >> 8), '<'})
		return
	}
	if f.open[v.Type().Elem()] < nesting {
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		f.fill(v.Index(0))
		f.fill(v.Index(1))
	}
}

func (f *filler) fillStruct(v reflect.Value) {
	if v.Type() == timeType {
		at := time.Date(2026, 11, 22, 20, 0, f.count, 250e6, time.UTC)
		if f.header {
			at = at.Truncate(time.Second)
		}
		v.Set(reflect.ValueOf(at))
		return
	}
	f.open[v.Type()]++
	f.path++
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if ignored(field) {
			continue
		}
		if f.path == 1 {
			f.header = f.headers[field.Name]
		}
		f.fill(v.Field(i))
	}
	f.path--
	f.open[v.Type()]--
}

func (f *filler) fillMap(v reflect.Value) {
	if f.open[v.Type().Elem()] >= nesting {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for range 2 {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.fill(key)
		f.fill(value)
		v.SetMapIndex(key, value)
	}
}

// fillInterface takes the members of a union in turn.
func (f *filler) fillInterface(v reflect.Value) {
	if v.Type().Implements(readerType) {
		v.Set(reflect.ValueOf(&text{Reader: strings.NewReader(fmt.Sprintf("stream %d", f.count))}))
		return
	}
	members := wire.UnionMembers(v.Type())
	if len(members) == 0 {
		return
	}
	f.open[v.Type()]++
	made := reflect.New(members[f.count%len(members)])
	f.fill(made.Elem().FieldByName("Value"))
	v.Set(made)
	f.open[v.Type()]--
}

// text is a stream that can be read again.
type text struct{ *strings.Reader }

func (*text) Close() error { return nil }

// rewind starts the streams of a struct over.
func rewind(v reflect.Value) {
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.Interface && f.CanInterface() {
			if s, ok := f.Interface().(*text); ok {
				_, _ = s.Seek(0, io.SeekStart) // a strings.Reader has a start
			}
		}
	}
}
