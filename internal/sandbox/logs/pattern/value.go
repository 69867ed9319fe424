package pattern

import (
	"encoding/json"
	"strconv"
)

// textOf is a scalar as text; objects, lists and null have none.
func textOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

func numberOf(v any) (float64, bool) {
	switch v := v.(type) {
	case json.Number:
		return asNumber(v.String())
	case string:
		return asNumber(v)
	}
	return 0, false
}

func onText(f func(string) bool) func(any) bool {
	return func(v any) bool {
		text, ok := textOf(v)
		return ok && f(text)
	}
}
