package vtl

import (
	"regexp"
	"strings"
)

// call gives what a method of a value gives: those of Java's String, List and Map
// that templates use. Anything else is null.
func call(v any, name string, arguments []any) any {
	if o, ok := v.(Object); ok {
		return o.Call(name, arguments)
	}
	switch name {
	case "toString":
		if v != nil && len(arguments) == 0 {
			return Text(v)
		}
	case "equals":
		if v != nil && len(arguments) == 1 {
			return equal(v, arguments[0])
		}
	}
	switch v := v.(type) {
	case string:
		return callString(v, name, arguments)
	case []any:
		return callList(v, name, arguments)
	case *Map:
		return callMap(v, name, arguments)
	}
	return nil
}

func callString(s, name string, arguments []any) any {
	switch len(arguments) {
	case 0:
		return plainMethod(s, name)
	case 1:
		if n, isNumber := arguments[0].(int64); isNumber && name == "substring" {
			return substring(s, n, int64(len(s)))
		}
		return textMethod(s, name, Text(arguments[0]))
	case 2:
		from, ok1 := arguments[0].(int64)
		to, ok2 := arguments[1].(int64)
		if name == "substring" && ok1 && ok2 {
			return substring(s, from, to)
		}
		return replaced(s, name, Text(arguments[0]), Text(arguments[1]))
	}
	return nil
}

func plainMethod(s, name string) any {
	switch name {
	case "length":
		return int64(len([]rune(s)))
	case "isEmpty":
		return s == ""
	case "trim":
		return strings.TrimSpace(s)
	case "toLowerCase":
		return strings.ToLower(s)
	case "toUpperCase":
		return strings.ToUpper(s)
	}
	return nil
}

func textMethod(s, name, other string) any {
	switch name {
	case "contains":
		return strings.Contains(s, other)
	case "startsWith":
		return strings.HasPrefix(s, other)
	case "endsWith":
		return strings.HasSuffix(s, other)
	case "equalsIgnoreCase":
		return strings.EqualFold(s, other)
	case "indexOf":
		return int64(strings.Index(s, other))
	case "concat":
		return s + other
	case "matches":
		pattern, err := regexp.Compile("^(?:" + other + ")$")
		return err == nil && pattern.MatchString(s)
	case "split":
		return split(s, other)
	}
	return nil
}

// split is by an expression; empty parts at the end are dropped, as in Java.
func split(s, by string) any {
	pattern, err := regexp.Compile(by)
	if err != nil {
		return nil
	}
	parts := pattern.Split(s, -1)
	for len(parts) > 1 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	out := make([]any, len(parts))
	for i, part := range parts {
		out[i] = part
	}
	return out
}

func replaced(s, name, from, to string) any {
	if from == "" {
		return nil
	}
	switch name {
	case "replace":
		return bounded(s, strings.Count(s, from), to, func() string { return strings.ReplaceAll(s, from, to) })
	case "replaceAll", "replaceFirst":
		pattern, err := regexp.Compile(from)
		if err != nil {
			return nil
		}
		if at := pattern.FindStringIndex(s); name == "replaceFirst" && at != nil {
			return s[:at[0]] + pattern.ReplaceAllString(s[at[0]:at[1]], to) + s[at[1]:]
		}
		return bounded(s, len(s)+1, to, func() string { return pattern.ReplaceAllString(s, to) })
	}
	return nil
}

// bounded refuses a replacement that would make too long a string.
func bounded(s string, times int, by string, replace func() string) any {
	if len(s)+times*len(by) > maxOutput {
		return nil
	}
	return replace()
}

func substring(s string, from, to int64) any {
	if from < 0 || from > to || to > int64(len(s)) {
		return nil
	}
	return s[from:to]
}

func callList(list []any, name string, arguments []any) any {
	switch {
	case name == "size" && len(arguments) == 0:
		return int64(len(list))
	case name == "isEmpty" && len(arguments) == 0:
		return len(list) == 0
	case name == "get" && len(arguments) == 1:
		return index(list, arguments[0])
	case name == "contains" && len(arguments) == 1:
		for _, item := range list {
			if equal(item, arguments[0]) {
				return true
			}
		}
		return false
	}
	return nil
}

func callMap(m *Map, name string, arguments []any) any {
	switch len(arguments) {
	case 0:
		return wholeMap(m, name)
	case 1:
		key := Text(arguments[0])
		switch name {
		case "get":
			return m.Get(key)
		case "containsKey":
			_, there := m.of[key]
			return there
		}
	case 2:
		if name == "put" {
			before := m.Get(Text(arguments[0]))
			m.Set(Text(arguments[0]), arguments[1])
			return before
		}
	}
	return nil
}

func wholeMap(m *Map, name string) any {
	switch name {
	case "size":
		return int64(len(m.keys))
	case "isEmpty":
		return len(m.keys) == 0
	case "values":
		return m.values()
	case "keySet":
		keys := make([]any, len(m.keys))
		for i, key := range m.keys {
			keys[i] = key
		}
		return keys
	case "entrySet":
		entries := make([]any, len(m.keys))
		for i, key := range m.keys {
			entries[i] = NewMap("key", key, "value", m.of[key])
		}
		return entries
	}
	return nil
}
