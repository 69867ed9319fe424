package wire

import (
	"io"
	"net/http"
	"reflect"
)

// encodeREST writes an output whose members may travel as headers, as the status
// or as the whole body.
func (x *exchange) encodeREST(w http.ResponseWriter, b []byte, p *plan, out reflect.Value) []byte {
	route := x.op.Route
	x.call.Status = http.StatusOK
	if route.Status != 0 {
		x.call.Status = route.Status
	}
	elsewhere := []string{route.StatusMember}
	if f := p.member(route.StatusMember); f != nil && out.Field(f.index).Int() != 0 {
		x.call.Status = int(out.Field(f.index).Int())
	}
	for name, member := range route.ResponseHeader {
		elsewhere = append(elsewhere, member)
		if f := p.member(member); f != nil && !absent(f.plan, out.Field(f.index)) {
			w.Header().Set(name, headerText(f, out.Field(f.index)))
		}
	}
	if route.ResponsePayload != "" {
		return x.encodePayload(w, b, p, out)
	}
	if x.call.Protocol == RESTXML {
		return x.xmlDocument(b, x.op.Name+"Result", p, out, elsewhere)
	}
	w.Header().Set("Content-Type", "application/json")
	return appendJSONStruct(b, p, out, elsewhere, "")
}

func headerText(f *field, v reflect.Value) string {
	p := f.plan
	if p.shape == shapePointer {
		p, v = p.elem, v.Elem()
	}
	if p.shape == shapeString {
		return v.String()
	}
	return string(appendXMLScalar(nil, &field{time: f.timeIn(HTTPDate)}, p, v))
}

func (x *exchange) encodePayload(w http.ResponseWriter, b []byte, p *plan, out reflect.Value) []byte {
	f := p.member(x.op.Route.ResponsePayload)
	if f == nil || absent(f.plan, out.Field(f.index)) {
		return nil
	}
	v, fp := out.Field(f.index), f.plan
	switch fp.shape {
	case shapeBlob:
		return v.Bytes()
	case shapeStream:
		body, err := io.ReadAll(v.Interface().(io.Reader))
		if err != nil {
			panic(err)
		}
		return body
	case shapePointer:
		fp, v = fp.elem, v.Elem()
	}
	if x.call.Protocol == RESTXML {
		return x.xmlDocument(b, fp.typ.Name(), fp, v, nil)
	}
	w.Header().Set("Content-Type", "application/json")
	return appendJSON(b, fp, v, "")
}
