package secretsmanager

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

// matchesAll reports whether a secret passes every filter.
func matchesAll(sec secret, filters []types.Filter) bool {
	for _, f := range filters {
		if !matches(sec, f) {
			return false
		}
	}
	return true
}

// matches reports whether a secret passes one of a filter's values. A value that
// begins with "!" excludes what it names, whatever the others say.
func matches(sec secret, f types.Filter) bool {
	included, wanted := false, false
	for _, value := range f.Values {
		if negated, ok := strings.CutPrefix(value, "!"); ok {
			if sec.has(f.Key, negated) {
				return false
			}
			continue
		}
		wanted = true
		included = included || sec.has(f.Key, value)
	}
	return included || !wanted
}

// has looks a value up where the filter's key says. All look at beginnings; names
// and tags mind the case of letters, descriptions do not.
func (sec secret) has(key types.FilterNameStringType, value string) bool {
	begins := func(text string) bool { return strings.HasPrefix(text, value) }
	word := func(text string) bool {
		return strings.HasPrefix(strings.ToLower(text), strings.ToLower(value)) ||
			slices.ContainsFunc(words(text), func(w string) bool { return strings.HasPrefix(w, strings.ToLower(value)) })
	}
	keys, values := slices.Collect(maps.Keys(sec.Tags)), slices.Collect(maps.Values(sec.Tags))
	switch key {
	case types.FilterNameStringTypeName:
		return begins(sec.Name)
	case types.FilterNameStringTypeDescription:
		return word(sec.Description)
	case types.FilterNameStringTypeTagKey:
		return slices.ContainsFunc(keys, begins)
	case types.FilterNameStringTypeTagValue:
		return slices.ContainsFunc(values, begins)
	case types.FilterNameStringTypeAll:
		return word(sec.Name) || word(sec.Description) || slices.ContainsFunc(keys, word) || slices.ContainsFunc(values, word)
	}
	return false
}

// words splits a text the way the "all" filter sees it.
func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" /_-+=.@", r) })
}
