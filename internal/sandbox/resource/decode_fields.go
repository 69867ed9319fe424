package resource

import (
	"reflect"
	"strings"
	"sync"
)

// field is where a property goes.
type field struct {
	index    []int
	required bool
}

var fieldCache sync.Map // reflect.Type to map[string]field

// fieldsOf gives the fields of a struct type by property name, embedded structs'
// included.
func fieldsOf(t reflect.Type) map[string]field {
	if known, ok := fieldCache.Load(t); ok {
		return known.(map[string]field)
	}
	fields := map[string]field{}
	for _, f := range reflect.VisibleFields(t) {
		if name := propertyName(f); name != "" {
			fields[name] = field{index: f.Index, required: f.Tag.Get("cfn") == "required"}
		}
	}
	fieldCache.Store(t, fields)
	return fields
}

// propertyName is empty for a field that takes no property.
func propertyName(f reflect.StructField) string {
	tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	switch {
	case !f.IsExported(), tag == "-", f.Anonymous && tag == "":
		return ""
	case tag != "":
		return tag
	}
	return f.Name
}
