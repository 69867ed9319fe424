package queues

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/keyvex/keyvex/internal/problem"
)

// Set is one change of a JSON body: the value at a path, "input.maxTokens". A number
// in a path is an index of a list; "-" instead of a value removes.
type Set struct {
	Path   []string
	Value  any
	Remove bool
}

// ParseSet reads "path=value". A value that is JSON is taken as that, any other as
// text; "path=" is an empty text, and "path-" removes.
func ParseSet(text string) (Set, error) {
	path, value, found := strings.Cut(text, "=")
	remove := !found && strings.HasSuffix(path, "-")
	if remove {
		path = strings.TrimSuffix(path, "-")
	}
	parts := strings.Split(path, ".")
	if !found && !remove || slices.Contains(parts, "") {
		return Set{}, problem.New(problem.Usage, "--set cannot be %q", text).WithHint(`--set input.maxTokens=256, --set provider=anthropic, --set model- removes`)
	}
	s := Set{Path: parts, Remove: remove}
	if decoded, err := decode(value); found && err == nil {
		s.Value = decoded
	} else {
		s.Value = value
	}
	return s, nil
}

// decode reads one JSON value and keeps numbers as they are written.
func decode(text string) (value any, err error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err = decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("something stands behind the JSON value")
	}
	return value, nil
}

// Edit makes the changes in a JSON body. Members that they do not touch keep their
// values; their order becomes that of the alphabet.
func Edit(body string, sets []Set) (string, error) {
	value, err := decode(body)
	if err != nil {
		return "", problem.New(problem.Usage, "the body is no JSON, nothing can be set in it: %s", err).WithHint("--edit opens it as it is")
	}
	for _, s := range sets {
		if value, err = s.in(value, s.Path); err != nil {
			return "", problem.New(problem.Usage, "%s cannot be set: %s", strings.Join(s.Path, "."), err).WithHint("keyvex queues peek shows the body")
		}
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err = encoder.Encode(value)
	return strings.TrimSuffix(out.String(), "\n"), err
}

// in gives the value with the change made at the rest of the path.
func (s Set) in(value any, path []string) (any, error) {
	if len(path) == 0 {
		return s.Value, nil
	}
	switch v := value.(type) {
	case map[string]any:
		if len(path) == 1 && s.Remove {
			delete(v, path[0])
			return v, nil
		}
		inner, err := s.in(v[path[0]], path[1:])
		v[path[0]] = inner
		return v, err
	case []any:
		i, err := strconv.Atoi(path[0])
		if err != nil || i < 0 || i >= len(v) {
			return nil, fmt.Errorf("%q is no place in a list of %d", path[0], len(v))
		}
		if len(path) == 1 && s.Remove {
			return slices.Delete(v, i, i+1), nil
		}
		v[i], err = s.in(v[i], path[1:])
		return v, err
	case nil:
		if s.Remove {
			return nil, nil
		}
		return s.in(map[string]any{}, path)
	}
	return nil, fmt.Errorf("%q would be inside a %T", path[0], value)
}

// Change is a difference between two bodies; Before or After is empty where the path
// is in one of them only.
type Change struct {
	Path   string `json:"path"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Diff compares two bodies member by member, and as a whole where one is no JSON.
func Diff(before, after string) []Change {
	a, errA := decode(before)
	b, errB := decode(after)
	if errA != nil || errB != nil {
		if before == after {
			return nil
		}
		return []Change{{"", before, after}}
	}
	left, right := map[string]string{}, map[string]string{}
	flatten("", a, left)
	flatten("", b, right)
	var out []Change
	for path := range left {
		if left[path] != right[path] {
			out = append(out, Change{path, left[path], right[path]})
		}
	}
	for path := range right {
		if _, ok := left[path]; !ok {
			out = append(out, Change{path, "", right[path]})
		}
	}
	slices.SortFunc(out, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

func flatten(path string, value any, into map[string]string) {
	join := func(name string) string { return strings.TrimPrefix(path+"."+name, ".") }
	switch v := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			flatten(join(name), v[name], into)
		}
		if len(v) > 0 {
			return
		}
	case []any:
		for i, inner := range v {
			flatten(join(strconv.Itoa(i)), inner, into)
		}
		if len(v) > 0 {
			return
		}
	}
	text, _ := json.Marshal(value)
	into[path] = string(text)
}
