package value

import "bytes"

// Clone copies an item down to its last element.
func Clone(item Item) Item {
	if item == nil {
		return nil
	}
	out := make(Item, len(item))
	for name, v := range item {
		out[name] = CloneValue(v)
	}
	return out
}

// CloneValue copies what of a value can be changed in place: lists and maps.
// Scalars and sets are never changed, only replaced.
func CloneValue(v Value) Value {
	switch v := v.(type) {
	case *M:
		return &M{Value: Clone(v.Value)}
	case *L:
		out := make([]Value, len(v.Value))
		for i, element := range v.Value {
			out[i] = CloneValue(element)
		}
		return &L{Value: out}
	case *B:
		return &B{Value: bytes.Clone(v.Value)}
	}
	return v
}
