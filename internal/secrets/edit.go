package secrets

import "bytes"

// set gives a copy of the document in which the key has the value. Only that value's
// bytes differ; a key that is not there is added behind the last, in its manner.
func set(document []byte, key string, value []byte) ([]byte, error) {
	quoted, err := quote(value)
	if err != nil {
		return nil, err
	}
	defer clear(quoted)
	list, err := members(document)
	if err != nil {
		return nil, err
	}
	if m, ok := find(document, list, key); ok {
		return join(document[:m.value], quoted, document[m.end:]), nil
	}
	name, err := quote([]byte(key))
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		open := bytes.IndexByte(document, '{') + 1
		return join(document[:open], name, []byte(": "), quoted, document[open:]), nil
	}
	last := list[len(list)-1]
	before, colon := manner(document, list)
	return join(document[:last.end], []byte(","), before, name, colon, quoted, document[last.end:]), nil
}

// manner is what stands before the last key and between it and its value.
func manner(document []byte, list []member) (before, colon []byte) {
	last := list[len(list)-1]
	begin := last.key
	for begin > 0 && bytes.IndexByte([]byte(" \t\r\n"), document[begin-1]) >= 0 {
		begin--
	}
	return document[begin:last.key], document[last.keyEnd:last.value]
}

// unset gives a copy of the document without the key, wherever it stands, and tells
// whether there was one. The bytes of all other members stay as they are.
func unset(document []byte, key string) (out []byte, found bool, err error) {
	out = bytes.Clone(document)
	for {
		list, err := members(out)
		if err != nil {
			return nil, false, err
		}
		m, ok := find(out, list, key)
		if !ok {
			return out, found, nil
		}
		from, to := cut(list, m)
		shorter := join(out[:from], out[to:])
		clear(out)
		out, found = shorter, true
	}
}

// cut is what goes with a member: the comma before it, of the first the one behind.
func cut(list []member, m member) (from, to int) {
	for i := range list {
		switch {
		case list[i] != m:
		case i > 0:
			return list[i-1].end, m.end
		case len(list) > 1:
			return m.key, list[1].key
		}
	}
	return m.key, m.end
}

// join copies the parts into one buffer of just their length.
func join(parts ...[]byte) []byte {
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	out := make([]byte, 0, size)
	for _, part := range parts {
		out = append(out, part...)
	}
	return out
}
