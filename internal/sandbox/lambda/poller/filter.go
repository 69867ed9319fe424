package poller

import (
	"encoding/json"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Filter is an event filter pattern, the rules of which are
//
//	https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
type Filter map[string]any

// ErrPattern is the refusal of a pattern that is no pattern.
var ErrPattern = errors.New("Invalid filter pattern definition.") // AWS's words

// ParseFilter reads a pattern: an object whose leaves are lists of what may match.
func ParseFilter(text string) (Filter, error) {
	var f Filter
	if err := json.Unmarshal([]byte(text), &f); err != nil || len(f) == 0 || !wellFormed(map[string]any(f)) {
		return nil, ErrPattern
	}
	return f, nil
}

func wellFormed(pattern any) bool {
	switch p := pattern.(type) {
	case map[string]any:
		for key, below := range p {
			if list, ok := below.([]any); ok && key != alternatives {
				for _, condition := range list {
					if !knownCondition(condition) {
						return false
					}
				}
			} else if !wellFormed(below) {
				return false
			}
		}
		return len(p) > 0
	case []any: // the alternatives
		for _, one := range p {
			if !wellFormed(one) {
				return false
			}
		}
		return len(p) > 0
	}
	return false
}

// alternatives is the key of a list of patterns of which one must match.
const alternatives = "$or"

// wanted reports whether one of the filters lets the message through; no filter lets
// all.
func (p *Poller) wanted(m types.Message) bool {
	if len(p.Filters) == 0 {
		return true
	}
	var shown map[string]any
	if err := json.Unmarshal(p.record(m), &shown); err != nil {
		return false
	}
	var body any
	if json.Unmarshal([]byte(aws.ToString(m.Body)), &body) == nil {
		shown["body"] = body
	}
	for _, f := range p.Filters {
		if matches(f, shown) {
			return true
		}
	}
	return false
}

// matches reports whether the value has all that the pattern asks for.
func matches(pattern map[string]any, value any) bool {
	fields, _ := value.(map[string]any)
	for key, below := range pattern {
		if key == alternatives {
			if !anyMatches(below, value) {
				return false
			}
			continue
		}
		field, present := fields[key]
		switch p := below.(type) {
		case map[string]any:
			if !matches(p, field) {
				return false
			}
		case []any:
			if !anyCondition(p, field, present) {
				return false
			}
		}
	}
	return true
}

func anyMatches(patterns, value any) bool {
	list, _ := patterns.([]any)
	for _, one := range list {
		if p, ok := one.(map[string]any); ok && matches(p, value) {
			return true
		}
	}
	return false
}

// anyCondition reports whether the field, or an element of it if it is a list,
// fulfils one of the conditions.
func anyCondition(conditions []any, field any, present bool) bool {
	values, ok := field.([]any)
	if !ok {
		values = []any{field}
	}
	for _, c := range conditions {
		for _, v := range values {
			if fulfils(c, v, present) {
				return true
			}
		}
	}
	return false
}
