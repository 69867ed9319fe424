package resource

import (
	"fmt"
	"reflect"
)

// Encode is Decode's inverse: the properties that a struct holds, in the types
// that encoding/json gives. Nil pointers, nil lists and empty strings are absent.
func Encode(p any) map[string]any {
	v := reflect.Indirect(reflect.ValueOf(p))
	if v.Kind() != reflect.Struct {
		panic(fmt.Sprintf("resource: Encode of %T, not a struct", p))
	}
	return encodeStruct(v)
}

func encodeStruct(v reflect.Value) map[string]any {
	out := map[string]any{}
	for name, f := range fieldsOf(v.Type()) {
		field := v.FieldByIndex(f.index)
		if field.Kind() == reflect.String && field.Len() == 0 {
			continue
		}
		if value := encodeValue(field); value != nil {
			out[name] = value
		}
	}
	return out
}

func encodeValue(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		if v.Kind() == reflect.Interface {
			return v.Interface()
		}
		return encodeValue(v.Elem())
	case reflect.Struct:
		return encodeStruct(v)
	case reflect.Slice:
		return encodeList(v)
	case reflect.Map:
		return encodeMap(v)
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return v.Bool()
	case reflect.Float32, reflect.Float64:
		return v.Float()
	}
	return float64(v.Int())
}

func encodeList(v reflect.Value) any {
	if v.IsNil() {
		return nil
	}
	out := make([]any, v.Len())
	for i := range out {
		out[i] = encodeValue(v.Index(i))
	}
	return out
}

func encodeMap(v reflect.Value) any {
	if v.IsNil() {
		return nil
	}
	out := make(map[string]any, v.Len())
	for key, value := range v.Seq2() {
		out[key.String()] = encodeValue(value)
	}
	return out
}
