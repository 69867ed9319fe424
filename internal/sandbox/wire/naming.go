package wire

import (
	"reflect"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/wire/traits"
)

// nameField decides under which names a member travels. A `wire` tag overrides
// every rule: `wire:"vpcSet,item"` is the name and, for lists, the element's.
func (s *Service) nameField(owner reflect.Type, f reflect.StructField) field {
	made := field{wire: f.Name, list: defaultList(s)}
	if tag, ok := f.Tag.Lookup("wire"); ok {
		name, list, _ := strings.Cut(tag, ",")
		made.wire, made.query = name, name
		if list != "" {
			made.list = parseListNames(list)
		}
		return made
	}
	known, complete := traitsOf(owner)
	if s.lower(known) {
		made.wire = lowerFirst(f.Name)
	}
	if name, ok := pick(s.Names, known.Names, complete, owner, f); ok {
		made.wire = name
	}
	made.query = made.wire
	if list, ok := pick(s.ListNames, known.Lists, complete, owner, f); ok {
		made.list = parseListNames(list)
		if made.list.flat && made.list.item != "" {
			made.query = made.list.item
		}
	}
	made.time, _ = pick(s.Times, known.Times, complete, owner, f)
	return made
}

// traitsOf finds what is known of the SDK package that a type comes from, and
// whether anything is.
func traitsOf(t reflect.Type) (traits.Table, bool) {
	pkg, ofSDK := strings.CutPrefix(strings.TrimSuffix(t.PkgPath(), "/types"), sdkServices)
	if known := traits.Of(pkg); ofSDK && known != nil {
		return *known, true
	}
	return traits.Table{}, false
}

const sdkServices = "github.com/aws/aws-sdk-go-v2/service/"

func (s *Service) lower(known traits.Table) bool { return s.LowerCamel || known.Lower }

// pick looks a member up by "Type.Member", in the service's own table and then in
// the model's, and last by "Member" alone, unless the model is complete: then a
// member that it does not list keeps to the rule.
func pick(own, known map[string]string, complete bool, owner reflect.Type, f reflect.StructField) (string, bool) {
	for _, table := range []map[string]string{own, known} {
		if v, ok := table[owner.Name()+"."+f.Name]; ok {
			return v, true
		}
	}
	if complete {
		return "", false
	}
	v, ok := own[f.Name]
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
