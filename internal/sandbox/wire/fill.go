package wire

import (
	"encoding/base64"
	"math"
	"reflect"
	"strconv"
)

// fill sets v, which is zero, to what n says.
func fill(p *plan, v reflect.Value, n *node) error {
	if n.kind == kindNull {
		return nil
	}
	switch p.shape {
	case shapePointer:
		v.Set(reflect.New(p.elem.typ))
		return fill(p.elem, v.Elem(), n)
	case shapeStruct:
		return fillStruct(p, v, n)
	case shapeList:
		return fillList(p, v, n)
	case shapeMap:
		return fillMap(p, v, n)
	case shapeUnion:
		return fillUnion(p, v, n)
	case shapeStream:
		return malformed("%s cannot be a member of a body", p.typ)
	case shapeAny:
		v.Set(reflect.ValueOf(n.plain()))
		return nil
	}
	return fillScalar(p, v, n)
}

func fillScalar(p *plan, v reflect.Value, n *node) error {
	switch p.shape {
	case shapeString:
		if n.kind != kindText && n.kind != kindRaw {
			return mismatch(n, "String")
		}
		v.SetString(n.text)
		return nil
	case shapeBool:
		on := n.text == "true"
		if n.kind != kindBool && n.kind != kindRaw || !on && n.text != "false" {
			return mismatch(n, "Boolean")
		}
		v.SetBool(on)
		return nil
	case shapeInt:
		return fillInt(v, n)
	case shapeFloat:
		return fillFloat(v, n)
	case shapeBlob:
		return fillBlob(v, n)
	}
	at, err := parseTime(n)
	v.Set(reflect.ValueOf(at))
	return err
}

func fillInt(v reflect.Value, n *node) error {
	if n.kind != kindNumber && n.kind != kindRaw {
		return mismatch(n, "Integer")
	}
	i, err := strconv.ParseInt(n.text, 10, 64)
	if err != nil {
		f, ferr := strconv.ParseFloat(n.text, 64)
		if ferr != nil || f != math.Trunc(f) || math.Abs(f) >= 1<<53 {
			return mismatch(n, "Integer")
		}
		i = int64(f)
	}
	if v.OverflowInt(i) {
		return malformed("%s is out of the range of an integer of %d bits", n.text, v.Type().Bits())
	}
	v.SetInt(i)
	return nil
}

func fillFloat(v reflect.Value, n *node) error {
	switch n.text {
	case "NaN":
		v.SetFloat(math.NaN())
		return nil
	case "Infinity":
		v.SetFloat(math.Inf(1))
		return nil
	case "-Infinity":
		v.SetFloat(math.Inf(-1))
		return nil
	}
	f, err := strconv.ParseFloat(n.text, v.Type().Bits())
	if err != nil || n.kind != kindNumber && n.kind != kindRaw {
		return mismatch(n, "Double")
	}
	v.SetFloat(f)
	return nil
}

func fillBlob(v reflect.Value, n *node) error {
	if n.kind == kindBytes {
		v.SetBytes([]byte(n.text))
		return nil
	}
	if n.kind != kindText && n.kind != kindRaw {
		return mismatch(n, "Blob")
	}
	raw, err := base64.StdEncoding.DecodeString(n.text)
	if err != nil {
		return malformed("a binary member is not base64: %v", err)
	}
	v.SetBytes(raw)
	return nil
}

func fillStruct(p *plan, v reflect.Value, n *node) error {
	if n.kind == kindRaw && n.text == "" { // an empty XML element
		return nil
	}
	if n.kind != kindObject && n.kind != kindTree {
		return mismatch(n, p.typ.Name())
	}
	for i := range n.nodes {
		at, known := p.byWire[n.nodes[i].name]
		if !known {
			continue // a newer client may send members that we have no name for
		}
		f := &p.fields[at]
		if err := fillField(f, v.Field(f.index), &n.nodes[i]); err != nil {
			return err
		}
	}
	return nil
}

// fillField also collects the repeated elements by which XML spells a flat list. One
// empty value is an empty list, as botocore writes it in Query: "Entries=".
func fillField(f *field, v reflect.Value, n *node) error {
	repeated := n.kind == kindRaw && n.text != "" || n.kind == kindTree && !n.isNumbered()
	if f.list.flat && f.plan.shape == shapeList && repeated {
		v.Set(reflect.Append(v, reflect.Zero(f.plan.elem.typ)))
		return fill(f.plan.elem, v.Index(v.Len()-1), n)
	}
	return fill(f.plan, v, n)
}

func fillUnion(p *plan, v reflect.Value, n *node) error {
	if n.kind != kindObject && n.kind != kindTree {
		return mismatch(n, p.typ.Name())
	}
	for i := range n.nodes {
		if n.nodes[i].kind == kindNull {
			continue
		}
		for _, member := range p.variants {
			if member.wire != n.nodes[i].name {
				continue
			}
			made := reflect.New(member.typ)
			if err := fill(member.plan, made.Elem().FieldByName("Value"), &n.nodes[i]); err != nil {
				return err
			}
			v.Set(made)
			return nil
		}
	}
	return malformed("a union %s has none of its known members", p.typ.Name())
}

func mismatch(n *node, wanted string) error {
	return malformed("%s can not be converted to %s", n.kind, wanted)
}
