package acceptance

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var placeholder = regexp.MustCompile(`\$\{(\w+)\}`)

// filled puts variables in their places. A text that is nothing but one place takes
// the variable's own type.
func filled(v any, variables map[string]any) any {
	switch v := v.(type) {
	case string:
		if whole := placeholder.FindString(v); whole == v && v != "" {
			return variables[v[2:len(v)-1]]
		}
		return placeholder.ReplaceAllStringFunc(v, func(place string) string { return fmt.Sprint(variables[place[2:len(place)-1]]) })
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = filled(item, variables)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for key, item := range v {
			out[fmt.Sprint(filled(key, variables))] = filled(item, variables)
		}
		return out
	}
	return v
}

// member finds a member by its name. Clients differ in its first letter.
func member(in map[string]any, name string) (any, bool) {
	if v, ok := in[name]; ok {
		return v, true
	}
	for key, v := range in {
		if strings.EqualFold(key, name) {
			return v, true
		}
	}
	return nil, false
}

// part follows a path of member names and indexes; nil is nothing there.
func part(v any, path string) any {
	for _, name := range strings.Split(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v, _ = member(in, name)
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}

// differs says how an answer lacks what is wanted of it, or "":
//
//	null                  there is no such member (or it is empty)
//	"a*b"                 a text in which * stands for anything; "*" for any value
//	{"A": ...}            a struct with these members at least
//	[...]                 a list of just these, in this order
//	{"has": [...]}        a list with these among others
func differs(want, got any) string {
	switch want := want.(type) {
	case nil:
		if !empty(got) {
			return "unexpected " + text(got)
		}
	case map[string]any:
		if among, ok := want["has"].([]any); ok && len(want) == 1 {
			return lacks(among, got)
		}
		return membersDiffer(want, got)
	case []any:
		return itemsDiffer(want, got)
	case string:
		if got == nil || !globbed(want, got) {
			return fmt.Sprintf("%s is not %q", text(got), want)
		}
	default:
		if text(want) != text(got) {
			return fmt.Sprintf("%s is not %s", text(got), text(want))
		}
	}
	return ""
}

func membersDiffer(want map[string]any, got any) string {
	in, ok := got.(map[string]any)
	if !ok {
		return text(got) + " has no members"
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		v, _ := member(in, name)
		if why := differs(want[name], v); why != "" {
			return name + ": " + why
		}
	}
	return ""
}

func itemsDiffer(want []any, got any) string {
	in, _ := got.([]any)
	if len(in) != len(want) {
		return fmt.Sprintf("%d items, not %d: %s", len(in), len(want), text(got))
	}
	for i := range want {
		if why := differs(want[i], in[i]); why != "" {
			return fmt.Sprintf("%d: %s", i, why)
		}
	}
	return ""
}

func lacks(among []any, got any) string {
	in, _ := got.([]any)
	for _, want := range among {
		if !slices.ContainsFunc(in, func(item any) bool { return differs(want, item) == "" }) {
			return text(want) + " is not among " + text(got)
		}
	}
	return ""
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

func globbed(pattern string, got any) bool {
	if pattern == "*" {
		return true
	}
	said, ok := got.(string)
	if !ok {
		return false
	}
	expression := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `.*`)
	return regexp.MustCompile(`(?s)^` + expression + `$`).MatchString(said)
}

func text(v any) string {
	content, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(content)
}

func TestExpectationsAreJudged(t *testing.T) {
	const answer = `{"queueUrl": "http://h/q", "Messages": [{"Body": "a", "N": 1}, {"Body": "b"}], "Empty": []}`
	for want, holds := range map[string]bool{
		`{"QueueUrl": "http://*/q"}`: true, `{"QueueUrl": "*"}`: true, `{"QueueUrl": "http"}`: false,
		`{"Messages": [{"Body": "a"}]}`: false, `{"Messages": [{"N": 1}, {"Body": "b"}]}`: true, `{"Messages": [{"N": "1"}, {}]}`: false,
		`{"Messages": {"has": [{"Body": "b"}]}}`: true, `{"Messages": {"has": [{"Body": "c"}]}}`: false,
		`{"Empty": null, "Absent": null}`: true, `{"Messages": null}`: false, `{"Absent": "*"}`: false,
	} {
		var wanted, got any
		if err := json.Unmarshal([]byte(want), &wanted); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(answer), &got); err != nil {
			t.Fatal(err)
		}
		if why := differs(wanted, got); (why == "") != holds {
			t.Errorf("%s: %q", want, why)
		}
	}
}
