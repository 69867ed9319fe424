package cloudwatch

import (
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/keyvex/keyvex/internal/sandbox/cloudwatch/series"
)

// search is SEARCH's first argument: a schema in braces, "{AWS/Lambda,FunctionName}",
// and terms that all must hold: MetricName="Errors", or a word that the metric's name
// or a dimension's value has in it. OR and NOT are not known here.
type search struct {
	namespace  string
	dimensions []string
	terms      []term
}

type term struct {
	property, text string
	exact          bool
}

var searchTerm = lazy.Regexp(`^(?:([A-Za-z0-9_]+)=)?(?:"([^"]*)"|([^\s"]+))\s*`)

func parseSearch(text string) (search, error) {
	var s search
	text = strings.TrimSpace(text)
	if schema, rest, ok := strings.Cut(strings.TrimPrefix(text, "{"), "}"); ok && strings.HasPrefix(text, "{") {
		parts := strings.Split(schema, ",")
		for i := range parts {
			parts[i] = strings.Trim(strings.TrimSpace(parts[i]), `"`)
		}
		s.namespace, s.dimensions = parts[0], parts[1:]
		slices.Sort(s.dimensions)
		text = strings.TrimSpace(rest)
	}
	for text != "" {
		m := searchTerm().FindStringSubmatch(text)
		if m == nil || slices.Contains([]string{"OR", "NOT"}, m[3]) {
			return s, validation("the search has a term that is not known here: %s", text)
		}
		if m[3] != "AND" {
			s.terms = append(s.terms, term{property: m[1], text: m[2] + m[3], exact: m[3] == ""})
		}
		text = text[len(m[0]):]
	}
	return s, nil
}

func (s search) takes(m series.Metric) bool {
	if s.namespace != "" {
		var names []string
		for _, d := range m.Dimensions {
			names = append(names, d.Name)
		}
		if m.Namespace != s.namespace || !slices.Equal(names, s.dimensions) {
			return false
		}
	}
	return !slices.ContainsFunc(s.terms, func(t term) bool { return !t.holds(m) })
}

func (t term) holds(m series.Metric) bool {
	fits := func(property, text string) bool {
		if t.property != "" && t.property != property {
			return false
		}
		if t.exact {
			return text == t.text
		}
		return strings.Contains(strings.ToLower(text), strings.ToLower(t.text))
	}
	if fits("MetricName", m.Name) || fits("Namespace", m.Namespace) {
		return true
	}
	for _, d := range m.Dimensions {
		if fits(d.Name, d.Value) {
			return true
		}
	}
	return false
}
