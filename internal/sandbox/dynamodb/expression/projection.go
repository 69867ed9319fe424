package expression

import (
	"slices"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

// Projection is a set of document paths: a parsed ProjectionExpression.
type Projection struct{ paths []path }

// Check holds the projection against a request's names, which it resolves.
func (p *Projection) Check(s *Scope) (*Projection, error) {
	resolved := make([]path, len(p.paths))
	for i, one := range p.paths {
		if err := s.checkPath(one); err != nil {
			return nil, value.Invalid("Invalid ProjectionExpression: %s", message(err))
		}
		resolved[i] = s.resolve(one)
	}
	if err := checkOverlaps(resolved); err != nil {
		return nil, value.Invalid("Invalid ProjectionExpression: %s", message(err))
	}
	return &Projection{resolved}, nil
}

// Attributes are the attributes in which the paths begin, each once.
func (p Projection) Attributes() []string {
	var names []string
	for _, one := range p.paths {
		if !slices.Contains(names, one[0].name) {
			names = append(names, one[0].name)
		}
	}
	return names
}

// Of gives those parts of the item to which the paths lead, in the maps and lists
// that hold them. Elements of lists move up.
func (p Projection) Of(item value.Item) value.Item {
	out := value.Item{}
	paths := slices.SortedFunc(slices.Values(p.paths), path.compare)
	for _, one := range paths {
		if one.find(item) != nil {
			out[one[0].name] = part(item[one[0].name], belowOf(paths, piece{name: one[0].name}))
		}
	}
	return out
}

// belowOf gives what is left of the paths that begin with a step, behind it.
func belowOf(paths []path, step piece) []path {
	var below []path
	for _, one := range paths {
		if one[0] == step {
			below = append(below, one[1:])
		}
	}
	return below
}

// part is what of a value the paths lead to; an empty path is all of it.
func part(v value.Value, paths []path) value.Value {
	if len(paths) == 1 && len(paths[0]) == 0 {
		return v
	}
	switch holder := v.(type) {
	case *value.M:
		return &value.M{Value: Projection{paths}.Of(holder.Value)}
	case *value.L:
		out := []value.Value{}
		last := -1
		for _, one := range paths {
			if one[0].isIndex() && one[0].index != last && one[0].index < len(holder.Value) {
				last = one[0].index
				if inner := belowOf(paths, one[0]); leads(inner, holder.Value[last]) {
					out = append(out, part(holder.Value[last], inner))
				}
			}
		}
		return &value.L{Value: out}
	}
	return v
}

// leads reports whether one of the paths finds something in the value.
func leads(paths []path, v value.Value) bool {
	return slices.ContainsFunc(paths, func(one path) bool {
		return append(path{{name: "v"}}, one...).find(value.Item{"v": v}) != nil
	})
}
