package wire

import (
	"cmp"
	"slices"
	"strconv"
)

// kind is what a protocol's parser knew about a value.
type kind uint8

const (
	kindNull kind = iota
	kindBool
	kindNumber
	// kindText is a string of a protocol that tells strings from numbers.
	kindText
	// kindRaw is a string of a protocol that has nothing else (Query, XML, paths,
	// headers): the member's type decides what it means.
	kindRaw
	// kindBytes is a binary string, as only CBOR has it.
	kindBytes
	kindList
	kindObject
	// kindTree is an object of a protocol that knows no lists (Query, XML): the
	// member's type decides whether it is a struct, a list or a map.
	kindTree
)

// node is one value of a parsed request, the same for every protocol.
type node struct {
	kind kind
	// name is the key under which the parent object holds the node.
	name string
	// text is the value: "true", the literal of a number, the characters.
	text  string
	nodes []node
}

// child finds a member of an object; the last one of that name wins, as in JSON.
func (n *node) child(name string) *node {
	for i := len(n.nodes) - 1; i >= 0; i-- {
		if n.nodes[i].name == name {
			return &n.nodes[i]
		}
	}
	return nil
}

// kindNames are Java's words, which AWS's own deserializers put into their errors.
var kindNames = [...]string{
	kindNull: "NULL_VALUE", kindBool: "BOOLEAN_VALUE", kindNumber: "NUMBER_VALUE", kindText: "STRING_VALUE",
	kindRaw: "STRING_VALUE", kindBytes: "BLOB_VALUE", kindList: "LIST_VALUE", kindObject: "STRUCT_VALUE", kindTree: "STRUCT_VALUE",
}

func (k kind) String() string { return kindNames[k] }

// elements gives the elements of a list that was sent as a tree. Query numbers
// them ("1", "2" ...), under "member" or another single name unless the list is
// flat; in XML all children are elements. One empty value is an empty list.
func (n *node) elements() ([]node, bool) {
	if n.kind == kindRaw {
		return nil, n.text == ""
	}
	if n.kind != kindTree {
		return nil, false
	}
	if n.isNumbered() {
		items := slices.Clone(n.nodes)
		slices.SortStableFunc(items, func(a, b node) int { return cmp.Compare(index(a.name), index(b.name)) })
		return items, true
	}
	if len(n.nodes) == 1 && (n.nodes[0].isNumbered()) {
		return n.nodes[0].elements()
	}
	return n.nodes, true
}

// isNumbered tells that the node is a Query list. XML names start with no digit.
func (n *node) isNumbered() bool {
	return n.kind == kindTree && len(n.nodes) > 0 && index(n.nodes[0].name) > 0
}

// index is the number of a Query list's element, 0 for any other name.
func index(name string) int {
	i, err := strconv.ParseUint(name, 10, 31)
	if err != nil {
		return 0
	}
	return int(i)
}

// plain is the value as encoding/json would give it.
func (n *node) plain() any {
	switch n.kind {
	case kindNull:
		return nil
	case kindBool:
		return n.text == "true"
	case kindNumber:
		f, _ := strconv.ParseFloat(n.text, 64)
		return f
	case kindList:
		list := make([]any, len(n.nodes))
		for i := range n.nodes {
			list[i] = n.nodes[i].plain()
		}
		return list
	case kindObject, kindTree:
		object := make(map[string]any, len(n.nodes))
		for i := range n.nodes {
			object[n.nodes[i].name] = n.nodes[i].plain()
		}
		return object
	}
	return n.text
}
