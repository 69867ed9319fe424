package wire

import (
	"reflect"
	"strings"
)

// nameField decides under which names a member travels. A `wire` tag overrides
// every rule: `wire:"vpcSet,item"` is the name and, for lists, the element's.
func (s *Service) nameField(owner reflect.Type, f reflect.StructField) field {
	made := field{wire: f.Name, list: defaultList(s)}
	if s.LowerCamel {
		made.wire = lowerFirst(f.Name)
	}
	if tag, ok := f.Tag.Lookup("wire"); ok {
		name, list, _ := strings.Cut(tag, ",")
		made.wire = name
		if list != "" {
			made.list = parseListNames(list)
		}
		made.query = made.wire
		return made
	}
	if name, ok := pick(s.Names, owner, f); ok {
		made.wire = name
	}
	made.query = made.wire
	if list, ok := pick(s.ListNames, owner, f); ok {
		made.list = parseListNames(list)
		if made.list.flat && made.list.item != "" {
			made.query = made.list.item
		}
	}
	made.time, _ = pick(s.Times, owner, f)
	return made
}

// pick looks a member up by "Type.Member", then by "Member".
func pick(table map[string]string, owner reflect.Type, f reflect.StructField) (string, bool) {
	if v, ok := table[owner.Name()+"."+f.Name]; ok {
		return v, true
	}
	v, ok := table[f.Name]
	return v, ok
}

func defaultList(s *Service) listNames {
	names := listNames{item: "member", key: "key", value: "value"}
	if len(s.Protocols) > 0 && s.Protocols[0] == EC2Query {
		names.item = "item"
	}
	return names
}

// parseListNames reads "item", "item*", "entry/Name/Value" and "Attribute*/Name/Value".
func parseListNames(text string) listNames {
	parts := strings.Split(text, "/")
	names := listNames{key: "key", value: "value"}
	names.item, names.flat = strings.CutSuffix(parts[0], "*")
	if len(parts) == 3 {
		names.key, names.value = parts[1], parts[2]
	}
	return names
}
