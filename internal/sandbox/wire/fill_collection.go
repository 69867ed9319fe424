package wire

import "reflect"

// fillList takes JSON's lists, Query's numbered members and XML's elements.
func fillList(p *plan, v reflect.Value, n *node) error {
	items := n.nodes
	if n.kind != kindList {
		var ok bool
		if items, ok = n.elements(); !ok {
			return mismatch(n, "List")
		}
	}
	v.Set(reflect.MakeSlice(p.typ, len(items), len(items)))
	for i := range items {
		if err := fill(p.elem, v.Index(i), &items[i]); err != nil {
			return err
		}
	}
	return nil
}

// fillMap takes JSON's objects, and the numbered or repeated entries of the others.
func fillMap(p *plan, v reflect.Value, n *node) error {
	if n.kind == kindObject {
		v.Set(reflect.MakeMapWithSize(p.typ, len(n.nodes)))
		for i := range n.nodes {
			if err := putEntry(p, v, n.nodes[i].name, &n.nodes[i]); err != nil {
				return err
			}
		}
		return nil
	}
	items, ok := n.elements()
	if !ok {
		return mismatch(n, "Map")
	}
	v.Set(reflect.MakeMapWithSize(p.typ, len(items)))
	for i := range items {
		key, value := items[i].entry()
		if err := putEntry(p, v, key, value); err != nil {
			return err
		}
	}
	return nil
}

func putEntry(p *plan, v reflect.Value, key string, n *node) error {
	if n == nil || n.kind == kindNull && p.elem.shape != shapePointer {
		return nil
	}
	value := reflect.New(p.elem.typ).Elem()
	if err := fill(p.elem, value, n); err != nil {
		return err
	}
	v.SetMapIndex(reflect.ValueOf(key).Convert(p.typ.Key()), value)
	return nil
}

// entry splits "key" (or "Name", as SNS and SQS have it) from the value beside it.
func (n *node) entry() (key string, value *node) {
	for i := range n.nodes {
		switch c := &n.nodes[i]; c.name {
		case "key", "Key", "Name", "name":
			key = c.text
		default:
			value = c
		}
	}
	return key, value
}
