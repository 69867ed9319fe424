package config

import (
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// position is a place in the file, both counted from 1.
type position struct{ line, column int }

// positions finds a key by its path; the place is the value's, or the header's of
// a table.
type positions map[string]position

// separator cannot stand in a TOML key, so that quoted keys with dots stay apart.
const separator = "\x00"

func join(path ...string) string { return strings.Join(path, separator) }

// locate walks a document that has been decoded without an error before.
func locate(document []byte) positions {
	found := positions{}
	parser := &unstable.Parser{}
	parser.Reset(document)
	var table []string
	for parser.NextExpression() {
		node := parser.Expression()
		switch node.Kind {
		case unstable.Table, unstable.ArrayTable:
			var at position
			table, at = keyPath(parser, node, nil)
			found[join(table...)] = at
		case unstable.KeyValue:
			found.add(parser, node, table)
		}
	}
	return found
}

func (p positions) add(parser *unstable.Parser, node *unstable.Node, table []string) {
	path, at := keyPath(parser, node, table)
	value := node.Value()
	if value.Kind == unstable.InlineTable {
		for children := value.Children(); children.Next(); {
			p.add(parser, children.Node(), path)
		}
	} else if value.Raw.Length > 0 {
		start := parser.Shape(value.Raw).Start
		at = position{start.Line, start.Column}
	}
	p[join(path...)] = at
}

func keyPath(parser *unstable.Parser, node *unstable.Node, table []string) (path []string, at position) {
	path = append(path, table...)
	for keys := node.Key(); keys.Next(); {
		key := keys.Node()
		path = append(path, string(key.Data))
		start := parser.Shape(key.Raw).Start
		at = position{start.Line, start.Column}
	}
	return path, at
}
