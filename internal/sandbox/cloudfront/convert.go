package cloudfront

import "reflect"

// described turns properties into what the SDK describes. The two are alike but
// for lists, which the SDK has as structs of Items and Quantity.
func described[To any](properties any) *To {
	to := new(To)
	fill(reflect.ValueOf(to).Elem(), reflect.Indirect(reflect.ValueOf(properties)))
	return to
}

func fill(to, from reflect.Value) {
	switch {
	case from.Kind() == reflect.Pointer:
		if !from.IsNil() {
			fill(to, from.Elem())
		}
	case to.Kind() == reflect.Pointer:
		made := reflect.New(to.Type().Elem())
		fill(made.Elem(), from)
		to.Set(made)
	case to.Kind() == reflect.Struct && from.Kind() == reflect.Slice:
		fill(to.FieldByName("Items"), from)
		count(to)
	case to.Kind() == reflect.Struct:
		for _, f := range reflect.VisibleFields(to.Type()) {
			if v := from.FieldByName(f.Name); f.IsExported() && v.IsValid() && !(v.Kind() == reflect.Slice && v.IsNil()) {
				fill(to.FieldByIndex(f.Index), v)
			}
		}
		count(to)
	case to.Kind() == reflect.Slice:
		to.Set(reflect.MakeSlice(to.Type(), from.Len(), from.Len()))
		for i := range from.Len() {
			fill(to.Index(i), from.Index(i))
		}
	default:
		to.Set(from.Convert(to.Type()))
	}
}

// count sets the Quantity of a struct of Items.
func count(list reflect.Value) {
	quantity, items := list.FieldByName("Quantity"), list.FieldByName("Items")
	if quantity.IsValid() && items.IsValid() {
		quantity.Set(reflect.ValueOf(new(int32(items.Len()))))
	}
}
