package ec2

import (
	"path"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/page"
)

// Filter is a condition of a Describe call: one of its values must match.
type Filter struct {
	Name   *string
	Values []string `wire:"Value"`
}

// Paging is what every Describe call takes to be answered in parts.
type Paging struct {
	MaxResults *int32
	NextToken  *string
}

// Tag is a tag of a resource.
type Tag struct {
	Key   *string `wire:"key"`
	Value *string `wire:"value"`
}

// facts are what filters ask of a resource: filter name to values.
type facts map[string][]string

func factsOf(tags map[string]string, known map[string]string) facts {
	f := facts{"tag-key": {}}
	for name, v := range known {
		f[name] = []string{v}
	}
	for key, v := range tags {
		f["tag-key"] = append(f["tag-key"], key)
		f["tag:"+key] = []string{v}
	}
	return f
}

// match holds filters against facts; a filter that no resource of the kind knows
// is an error.
func (f facts) match(filters []Filter) (bool, error) {
	for _, filter := range filters {
		name := value(filter.Name)
		values, known := f[name]
		if !known && !strings.HasPrefix(name, "tag:") {
			return false, fault("InvalidParameterValue", "The filter '%s' is invalid", name)
		}
		if !slices.ContainsFunc(values, func(v string) bool { return anyMatches(filter.Values, v) }) {
			return false, nil
		}
	}
	return true, nil
}

// anyMatches knows EC2's wildcards * and ?.
func anyMatches(patterns []string, v string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		// A slash is like any other character to EC2, unlike to path.Match.
		hide := strings.NewReplacer("/", "\x00", "[", `\[`, `\`, `\\`)
		matched, err := path.Match(hide.Replace(pattern), strings.ReplaceAll(v, "/", "\x00"))
		return err == nil && matched
	})
}

// query is a Describe call: which ids, filters and page are asked for.
type query struct {
	ids     []string
	filters []Filter
	paging  Paging
	missing func(id string) error
}

// item is a resource as a Describe call sees it.
type item[T any] struct {
	id    string
	shown T
	facts facts
}

// answer selects what the query asks for.
func answer[T any](q query, all []item[T]) (some []T, next *string, err error) {
	for _, id := range q.ids {
		if !slices.ContainsFunc(all, func(i item[T]) bool { return i.id == id }) {
			return nil, nil, q.missing(id)
		}
	}
	var found []item[T]
	for _, i := range all {
		if len(q.ids) > 0 && !slices.Contains(q.ids, i.id) {
			continue
		}
		ok, err := i.facts.match(q.filters)
		if err != nil {
			return nil, nil, err
		}
		if ok {
			found = append(found, i)
		}
	}
	return cut(found, q.paging)
}

func cut[T any](found []item[T], p Paging) (some []T, next *string, err error) {
	const most = 1000
	size := most
	if p.MaxResults != nil {
		size = int(*p.MaxResults)
	}
	if size < 5 || size > most {
		return nil, nil, fault("InvalidParameterValue", "Value ( %d ) for parameter maxResults is invalid. Expecting a value between 5 and %d.", size, most)
	}
	items, token, ok := page.Of(found, func(i item[T]) string { return i.id }, value(p.NextToken), size)
	if !ok {
		return nil, nil, fault("InvalidNextToken", "The token '%s' is invalid", value(p.NextToken))
	}
	some = []T{}
	for _, i := range items {
		some = append(some, i.shown)
	}
	if token != "" {
		next = &token
	}
	return some, next, nil
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
