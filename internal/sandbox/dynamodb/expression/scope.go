package expression

import (
	"maps"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

// Scope is what the placeholders of one request's expressions stand for. The
// expressions are checked in it before they are used, and it notes which of its
// names and values they need.
type Scope struct {
	names      map[string]string
	values     value.Item
	usedNames  map[string]bool
	usedValues map[string]bool
}

// NewScope checks ExpressionAttributeNames and ExpressionAttributeValues.
func NewScope(names map[string]string, values value.Item) (*Scope, error) {
	if names != nil && len(names) == 0 {
		return nil, value.Invalid("ExpressionAttributeNames must not be empty")
	}
	if values != nil && len(values) == 0 {
		return nil, value.Invalid("ExpressionAttributeValues must not be empty")
	}
	for name := range names {
		if !isPlaceholder(name, '#') {
			return nil, value.Invalid(`ExpressionAttributeNames contains invalid key: Syntax error; key: "%s"`, name)
		}
	}
	for name, v := range values {
		if !isPlaceholder(name, ':') {
			return nil, value.Invalid(`ExpressionAttributeValues contains invalid key: Syntax error; key: "%s"`, name)
		}
		if err := value.Check(v); err != nil {
			return nil, value.Invalid("ExpressionAttributeValues contains invalid value: %s for key %s", message(err), name)
		}
	}
	return &Scope{names: names, values: values, usedNames: map[string]bool{}, usedValues: map[string]bool{}}, nil
}

func isPlaceholder(name string, sign byte) bool {
	return len(name) > 1 && name[0] == sign && run(name[1:], letters+digits) == len(name)-1
}

// message is what an error of this package says, without its code.
func message(err error) string {
	if own, ok := err.(interface{ ErrorMessage() string }); ok {
		return own.ErrorMessage()
	}
	return err.Error()
}

// CheckUsed refuses names and values that no expression has used.
func (s *Scope) CheckUsed() error {
	if unused := unused(s.names, s.usedNames); unused != "" {
		return value.Invalid("Value provided in ExpressionAttributeNames unused in expressions: keys: {%s}", unused)
	}
	if unused := unused(s.values, s.usedValues); unused != "" {
		return value.Invalid("Value provided in ExpressionAttributeValues unused in expressions: keys: {%s}", unused)
	}
	return nil
}

func unused[V any](given map[string]V, used map[string]bool) string {
	if len(given) == len(used) {
		return ""
	}
	left := slices.DeleteFunc(slices.Sorted(maps.Keys(given)), func(name string) bool { return used[name] })
	return strings.Join(left, ", ")
}

// resolve replaces the placeholders in a path, which has been checked.
func (s *Scope) resolve(p path) path {
	for i, step := range p {
		if strings.HasPrefix(step.name, "#") {
			p = slices.Clone(p)
			for ; i < len(p); i++ {
				if strings.HasPrefix(p[i].name, "#") {
					p[i].name = s.names[p[i].name]
				}
			}
		}
	}
	return p
}

// checkPath notes the names that a path uses; one that is not there is an error.
func (s *Scope) checkPath(p path) error {
	for _, step := range p {
		if !strings.HasPrefix(step.name, "#") {
			continue
		}
		if s.names[step.name] == "" {
			return value.Invalid("An expression attribute name used in the document path is not defined; attribute name: %s", step.name)
		}
		s.usedNames[step.name] = true
	}
	return nil
}

func (s *Scope) checkValue(name string) error {
	if s.values[name] == nil {
		return value.Invalid("An expression attribute value used in expression is not defined; attribute value: %s", name)
	}
	s.usedValues[name] = true
	return nil
}
