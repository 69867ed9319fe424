package vtl

import (
	"strconv"
	"strings"
)

// Select evaluates a JSONPath: "$", names after a full stop or in brackets, indices
// (from the end too), "*", and ".." for any depth. What does not exist is null; a
// path with "*" or ".." gives a list.
func Select(v any, path string) any {
	rest, ok := strings.CutPrefix(strings.TrimSpace(path), "$")
	if !ok {
		rest = "." + rest
	}
	found, many := []any{v}, false
	for rest != "" {
		var s selector
		if s, rest, ok = nextSelector(rest); !ok {
			return nil
		}
		many = many || s.many()
		found = s.apply(found)
		if len(found) > maxSteps {
			return nil
		}
	}
	switch {
	case many:
		return found
	case len(found) == 0:
		return nil
	}
	return found[0]
}

// selector is one part of a path.
type selector struct {
	name            string
	index           int
	isIndex, isStar bool
	deep            bool
}

func (s selector) many() bool { return s.isStar || s.deep }

func nextSelector(path string) (s selector, rest string, ok bool) {
	if after, deep := strings.CutPrefix(path, ".."); deep {
		s.deep = true
		if path = after; !strings.HasPrefix(path, "[") {
			path = "." + path
		}
	}
	if strings.HasPrefix(path, "[") {
		return s.bracketed(path[1:])
	}
	path, ok = strings.CutPrefix(path, ".")
	if !ok {
		return s, "", false
	}
	end := strings.IndexAny(path, ".[")
	if end < 0 {
		end = len(path)
	}
	s.name, s.isStar = path[:end], path[:end] == "*"
	return s, path[end:], end > 0
}

func (s selector) bracketed(path string) (selector, string, bool) {
	if path != "" && (path[0] == '\'' || path[0] == '"') {
		end := strings.Index(path[1:], path[:1]+"]")
		if end < 0 {
			return s, "", false
		}
		s.name = path[1 : end+1]
		return s, path[end+3:], true
	}
	inner, rest, ok := strings.Cut(path, "]")
	inner = strings.TrimSpace(inner)
	if !ok {
		return s, "", false
	}
	if inner == "*" {
		s.isStar = true
		return s, rest, true
	}
	var err error
	s.index, err = strconv.Atoi(inner)
	s.isIndex = true
	return s, rest, err == nil
}

func (s selector) apply(to []any) []any {
	if s.deep {
		to = descendants(to)
	}
	out := []any{}
	for _, v := range to {
		switch v := v.(type) {
		case *Map:
			if s.isStar {
				out = append(out, v.values()...)
			} else if found, there := v.of[s.name]; there && !s.isIndex {
				out = append(out, found)
			}
		case []any:
			out = append(out, s.items(v)...)
		}
	}
	return out
}

func (s selector) items(list []any) []any {
	at := s.index
	if at < 0 {
		at += len(list)
	}
	switch {
	case s.isStar:
		return list
	case s.isIndex && at >= 0 && at < len(list):
		return list[at : at+1]
	}
	return nil
}

// descendants are the values and all below them.
func descendants(of []any) []any {
	var out []any
	for _, v := range of {
		out = append(out, v)
		out = append(out, descendants(itemsOf(v))...)
	}
	return out
}
