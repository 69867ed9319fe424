package value

// overhead is what a list or a map counts beside its members.
const overhead = 3

// Size is an item's size in bytes as DynamoDB counts it (DynamoDB item sizes and
// formats): names and values, and a little for structure.
func Size(item Item) int {
	size := 0
	for name, v := range item {
		size += len(name) + sizeOf(v)
	}
	return size
}

func sizeOf(v Value) int {
	switch v := v.(type) {
	case *S:
		return len(v.Value)
	case *B:
		return len(v.Value)
	case *N:
		n, _ := ParseNumber(v.Value)
		return n.size()
	case *Bool, *Null:
		return 1
	case *M:
		return overhead + len(v.Value) + Size(v.Value)
	case *L:
		size := overhead
		for _, element := range v.Value {
			size += 1 + sizeOf(element)
		}
		return size
	}
	size := 0
	for _, member := range Members(v) {
		size += sizeOf(member)
	}
	return size
}
