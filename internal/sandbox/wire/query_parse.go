package wire

import (
	"net/url"
	"slices"
	"strings"
)

// parseQuery turns the members of a Query request, "Filter.1.Value.2=x", into a
// tree. Which objects are lists is for fill to say, which knows the types.
func parseQuery(form url.Values) (node, error) {
	root := node{kind: kindTree}
	keys := make([]string, 0, len(form))
	for key := range form {
		if key != "Action" && key != "Version" {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		if strings.Count(key, ".") > maxDepth {
			return node{}, malformed("member %.40q... nests too deeply", key)
		}
		root.place(key, form.Get(key))
	}
	return root, nil
}

// place puts a value at a dotted path.
func (n *node) place(path, value string) {
	name, rest, nested := strings.Cut(path, ".")
	// Keys come sorted, so that a path's parent can only be the newest child.
	var c *node
	if last := len(n.nodes) - 1; last >= 0 && n.nodes[last].name == name {
		c = &n.nodes[last]
	} else if c = n.child(name); c == nil {
		n.nodes = append(n.nodes, node{kind: kindRaw, name: name})
		c = &n.nodes[len(n.nodes)-1]
	}
	if !nested {
		c.text = value
		return
	}
	c.kind = kindTree
	c.place(rest, value)
}
