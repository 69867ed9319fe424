package expression

import (
	"slices"
	"strconv"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

// piece is one step of a document path: a name, or the index of a list's element.
type piece struct {
	name  string
	index int
}

// isIndex tells an index from a name, which is never empty.
func (p piece) isIndex() bool { return p.name == "" }

func (p piece) String() string {
	if p.isIndex() {
		return "[" + strconv.Itoa(p.index) + "]"
	}
	return p.name
}

// path leads to an attribute or into one. In a parsed expression its names may be
// placeholders; Scope.resolve replaces them.
type path []piece

func (p path) String() string {
	pieces := make([]string, len(p))
	for i := range p {
		pieces[i] = p[i].String()
	}
	return "[" + strings.Join(pieces, ", ") + "]"
}

// find gives what the path leads to in an item, or nil.
func (p path) find(item value.Item) value.Value {
	v := item[p[0].name]
	for _, step := range p[1:] {
		switch holder := v.(type) {
		case *value.M:
			v = holder.Value[step.name]
		case *value.L:
			if !step.isIndex() || step.index >= len(holder.Value) {
				return nil
			}
			v = holder.Value[step.index]
		default:
			return nil
		}
	}
	return v
}

// compare puts paths in the order in which their elements stand in lists.
func (p path) compare(other path) int {
	return slices.CompareFunc(p, other, func(a, b piece) int {
		if a.name != b.name {
			return strings.Compare(a.name, b.name)
		}
		return a.index - b.index
	})
}

// checkOverlaps refuses paths of which one leads to or through what another does.
func checkOverlaps(paths []path) error {
	for i, one := range paths {
		for _, other := range paths[:i] {
			if err := checkOverlap(other, one); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkOverlap(one, two path) error {
	const advice = "must remove or rewrite one of these paths; path one: %s, path two: %s"
	for i := range min(len(one), len(two)) {
		if one[i].isIndex() != two[i].isIndex() {
			return value.Invalid("Two document paths conflict with each other; "+advice, one, two)
		}
		if one[i] != two[i] {
			return nil
		}
	}
	return value.Invalid("Two document paths overlap with each other; "+advice, one, two)
}
