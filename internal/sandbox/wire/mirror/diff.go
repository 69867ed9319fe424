package mirror

import (
	"fmt"
	"io"
	"reflect"
	"time"
)

// diff names the first place where two values differ, or gives "".
func diff(want, got reflect.Value, path string) string {
	if !want.IsValid() || !got.IsValid() || want.Type() != got.Type() {
		if want.IsValid() && want.Type().Implements(readerType) {
			return diffStreams(want, got, path)
		}
		return fmt.Sprintf("%s: sent %v, arrived %v", path, want, got)
	}
	switch want.Kind() {
	case reflect.Pointer, reflect.Interface:
		if want.IsNil() || got.IsNil() {
			return unequal(want.IsNil() == got.IsNil(), want, got, path)
		}
		return diff(want.Elem(), got.Elem(), path)
	case reflect.Struct:
		return diffStructs(want, got, path)
	case reflect.Slice:
		if want.Len() != got.Len() {
			return unequal(false, want, got, path)
		}
		for i := range want.Len() {
			if d := diff(want.Index(i), got.Index(i), fmt.Sprintf("%s[%d]", path, i)); d != "" {
				return d
			}
		}
		return ""
	case reflect.Map:
		return diffMaps(want, got, path)
	}
	return unequal(want.Equal(got), want, got, path)
}

func unequal(same bool, want, got reflect.Value, path string) string {
	if same {
		return ""
	}
	return fmt.Sprintf("%s: sent %#v, arrived %#v", path, want, got)
}

func diffStructs(want, got reflect.Value, path string) string {
	if want.Type() == timeType {
		a, b := want.Interface().(time.Time), got.Interface().(time.Time)
		return unequal(a.Equal(b), want, got, path)
	}
	for i := range want.NumField() {
		f := want.Type().Field(i)
		if ignored(f) {
			continue
		}
		if d := diff(want.Field(i), got.Field(i), path+"."+f.Name); d != "" {
			return d
		}
	}
	return ""
}

func diffMaps(want, got reflect.Value, path string) string {
	if want.Len() != got.Len() {
		return unequal(false, want, got, path)
	}
	for _, key := range want.MapKeys() {
		if d := diff(want.MapIndex(key), got.MapIndex(key), path+"["+key.String()+"]"); d != "" {
			return d
		}
	}
	return ""
}

func diffStreams(want, got reflect.Value, path string) string {
	if !got.IsValid() {
		return path + ": the stream did not arrive"
	}
	a, _ := io.ReadAll(want.Interface().(io.Reader))
	b, err := io.ReadAll(got.Interface().(io.Reader))
	if string(a) != string(b) || err != nil {
		return fmt.Sprintf("%s: sent the stream %q, arrived %q, %v", path, a, b, err)
	}
	return ""
}
