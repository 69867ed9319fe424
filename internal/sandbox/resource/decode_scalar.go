package resource

import (
	"math"
	"reflect"
	"strconv"
)

// scalar coerces a string, number or bool to the field's kind. CloudFormation
// has no types in YAML's sense: parameters are strings, and templates may quote
// numbers and booleans or not.
func (d *decoder) scalar(path string, v any, target reflect.Value) {
	switch target.Kind() {
	case reflect.String:
		if text, ok := Text(v); ok {
			target.SetString(text)
			return
		}
		d.expected(path, "String", v)
	case reflect.Bool:
		if b, ok := toBool(v); ok {
			target.SetBool(b)
			return
		}
		d.expected(path, "Boolean", v)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, ok := toInteger(v)
		if ok && !target.OverflowInt(n) {
			target.SetInt(n)
			return
		}
		d.expected(path, "Integer", v)
	case reflect.Float32, reflect.Float64:
		if f, ok := toNumber(v); ok {
			target.SetFloat(f)
			return
		}
		d.expected(path, "Number", v)
	default:
		panic("resource: Decode cannot fill a " + target.Type().String())
	}
}

// Text gives a scalar as the string that CloudFormation makes of it: 30 is "30",
// true is "true". It reports false for lists, objects and null.
func Text(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return strconv.FormatInt(int64(v), 10), true
		}
		return strconv.FormatFloat(v, 'g', -1, 64), true
	}
	return "", false
}

func toBool(v any) (value, ok bool) {
	text, _ := Text(v)
	switch text {
	case "true", "True", "TRUE":
		return true, true
	case "false", "False", "FALSE":
		return false, true
	}
	return false, false
}

func toInteger(v any) (int64, bool) {
	switch v := v.(type) {
	case float64:
		return int64(v), v == math.Trunc(v) && math.Abs(v) <= 1<<53
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		return n, err == nil
	}
	return 0, false
}

func toNumber(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	}
	return 0, false
}
