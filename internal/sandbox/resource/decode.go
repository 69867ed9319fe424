package resource

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Decode fills the struct that into points to with the properties of a resource,
// as strictly as CloudFormation's schemas do.
//
// A property goes to the field whose json tag (or Go name) it bears; a field
// tagged `cfn:"required"` must be there. Scalars are coerced the way
// CloudFormation does: "30" fits a number, 30 fits a string, "true" fits a bool.
// An any field takes whatever there is. Nulls are absent. The errors are *Error
// values with code InvalidRequest and CloudFormation's wording, all violations
// at once: "#: extraneous key [Foo] is not permitted".
func Decode(properties map[string]any, into any) error {
	target := reflect.ValueOf(into)
	if target.Kind() != reflect.Pointer || target.Elem().Kind() != reflect.Struct {
		panic(fmt.Sprintf("resource: Decode into %T, not a pointer to a struct", into))
	}
	d := &decoder{}
	d.structure("#", properties, target.Elem())
	if len(d.violations) == 0 {
		return nil
	}
	return &Error{Code: "InvalidRequest", Message: strings.Join(d.violations, "\n")}
}

// decoder collects what is wrong, each with its JSON pointer.
type decoder struct{ violations []string }

func (d *decoder) fail(path, format string, args ...any) {
	d.violations = append(d.violations, path+": "+fmt.Sprintf(format, args...))
}

// expected reports a value of the wrong type in the words of CloudFormation.
func (d *decoder) expected(path, kind string, v any) {
	d.fail(path, "expected type: %s, found: %s", kind, kindOf(v))
}

func kindOf(v any) string {
	switch v.(type) {
	case string:
		return "String"
	case float64:
		return "Number"
	case bool:
		return "Boolean"
	case []any:
		return "JSONArray"
	case map[string]any:
		return "JSONObject"
	}
	return "Null"
}

func (d *decoder) structure(path string, properties map[string]any, target reflect.Value) {
	fields := fieldsOf(target.Type())
	for _, name := range sortedKeys(properties) {
		v := properties[name]
		f, ok := fields[name]
		switch {
		case !ok:
			d.fail(path, "extraneous key [%s] is not permitted", name)
		case v != nil:
			d.value(path+"/"+name, v, target.FieldByIndex(f.index))
		}
	}
	for _, name := range sortedKeys(fields) {
		if fields[name].required && properties[name] == nil {
			d.fail(path, "required key [%s] not found", name)
		}
	}
}

func (d *decoder) value(path string, v any, target reflect.Value) {
	switch target.Kind() {
	case reflect.Pointer:
		p := reflect.New(target.Type().Elem())
		d.value(path, v, p.Elem())
		target.Set(p)
	case reflect.Interface:
		target.Set(reflect.ValueOf(v))
	case reflect.Struct:
		if object, ok := v.(map[string]any); ok {
			d.structure(path, object, target)
			return
		}
		d.expected(path, "JSONObject", v)
	case reflect.Slice:
		d.list(path, v, target)
	case reflect.Map:
		d.object(path, v, target)
	default:
		d.scalar(path, v, target)
	}
}

func (d *decoder) list(path string, v any, target reflect.Value) {
	items, ok := v.([]any)
	if !ok {
		d.expected(path, "JSONArray", v)
		return
	}
	out := reflect.MakeSlice(target.Type(), len(items), len(items))
	for i, item := range items {
		d.value(fmt.Sprintf("%s/%d", path, i), item, out.Index(i))
	}
	target.Set(out)
}

func (d *decoder) object(path string, v any, target reflect.Value) {
	object, ok := v.(map[string]any)
	if !ok {
		d.expected(path, "JSONObject", v)
		return
	}
	out := reflect.MakeMapWithSize(target.Type(), len(object))
	for _, key := range sortedKeys(object) {
		item := reflect.New(target.Type().Elem()).Elem()
		if object[key] != nil {
			d.value(path+"/"+key, object[key], item)
		}
		out.SetMapIndex(reflect.ValueOf(key).Convert(target.Type().Key()), item)
	}
	target.Set(out)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
