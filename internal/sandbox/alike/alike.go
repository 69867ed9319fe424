// Package alike copies between structs that say the same: a resource's properties,
// the SDK's description of it, and the outputs that repeat the description.
package alike

import "reflect"

// As makes a To with every exported field that from has too, by name: of the same
// type, behind a pointer or not, or a string type of another name. Other fields
// stay zero.
func As[To any](from any) To {
	var to To
	target := reflect.ValueOf(&to).Elem()
	source := reflect.Indirect(reflect.ValueOf(from))
	for _, f := range reflect.VisibleFields(target.Type()) {
		if !f.IsExported() || f.Anonymous {
			continue
		}
		if v := source.FieldByName(f.Name); v.IsValid() {
			put(target.FieldByIndex(f.Index), v)
		}
	}
	return to
}

func put(to, from reflect.Value) {
	if from.Kind() == reflect.Pointer && to.Type() != from.Type() {
		if from.IsNil() {
			return
		}
		from = from.Elem()
	}
	if to.Kind() == reflect.Pointer && to.Type() != from.Type() {
		made := reflect.New(to.Type().Elem())
		if fits(made.Elem().Type(), from.Type()) {
			made.Elem().Set(from.Convert(made.Elem().Type()))
			to.Set(made)
		}
		return
	}
	if fits(to.Type(), from.Type()) {
		to.Set(from.Convert(to.Type()))
	}
}

// fits is true for the same type, and for two string types.
func fits(to, from reflect.Type) bool {
	return to == from || to.Kind() == reflect.String && from.Kind() == reflect.String
}
