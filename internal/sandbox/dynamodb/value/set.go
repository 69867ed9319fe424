package value

// Members are the values in a set, and nil for what is no set.
func Members(v Value) []Value {
	var out []Value
	switch v := v.(type) {
	case *SS:
		for _, s := range v.Value {
			out = append(out, &S{Value: s})
		}
	case *NS:
		for _, n := range v.Value {
			out = append(out, &N{Value: n})
		}
	case *BS:
		for _, b := range v.Value {
			out = append(out, &B{Value: b})
		}
	}
	return out
}

// Union is the set with the members of both, which are sets of one type.
func Union(a, b Value) Value {
	all := Members(a)
	for _, v := range Members(b) {
		if !Contains(all, v) {
			all = append(all, v)
		}
	}
	return setOf(Type(a), all)
}

// Difference is the set a without the members of b, of the same type; nil when
// nothing is left, since no set is empty.
func Difference(a, b Value) Value {
	var left []Value
	without := Members(b)
	for _, v := range Members(a) {
		if !Contains(without, v) {
			left = append(left, v)
		}
	}
	return setOf(Type(a), left)
}

func setOf(typ string, members []Value) Value {
	if len(members) == 0 {
		return nil
	}
	switch typ {
	case "SS":
		set := &SS{}
		for _, v := range members {
			set.Value = append(set.Value, v.(*S).Value)
		}
		return set
	case "NS":
		set := &NS{}
		for _, v := range members {
			set.Value = append(set.Value, v.(*N).Value)
		}
		return set
	}
	set := &BS{}
	for _, v := range members {
		set.Value = append(set.Value, v.(*B).Value)
	}
	return set
}

// Text shows a string, number or binary in a message.
func Text(v Value) string {
	switch v := v.(type) {
	case *S:
		return v.Value
	case *N:
		return v.Value
	case *B:
		return string(v.Value)
	}
	return ""
}
