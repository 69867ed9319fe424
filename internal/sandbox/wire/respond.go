package wire

import (
	"hash/crc32"
	"net/http"
	"reflect"
	"strconv"
	"sync"
)

// buffers are reused for answers: growing a new one costs more than encoding.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// maxKept is the largest buffer that waits for reuse.
const maxKept = 8 << 20

// respond writes an output.
func (x *exchange) respond(w http.ResponseWriter, out any) {
	buffer := buffers.Get().(*[]byte)
	body := x.encode(w, (*buffer)[:0], out)
	x.send(w, body)
	if cap(body) <= maxKept && x.op.Route.ResponsePayload == "" {
		*buffer = body
	}
	buffers.Put(buffer)
}

// encode appends the body of an output to b and sets the headers; a payload that
// is the whole body is not copied.
func (x *exchange) encode(w http.ResponseWriter, b []byte, out any) []byte {
	v := reflect.ValueOf(out)
	if v.IsNil() {
		v = reflect.New(x.op.Out)
	}
	v = v.Elem()
	p := x.service.plan(x.op.Out)
	x.call.Status = http.StatusOK
	header := w.Header()
	switch x.call.Protocol {
	case RESTJSON, RESTXML:
		return x.encodeREST(w, b, p, v)
	case Query, EC2Query:
		header.Set("Content-Type", "text/xml;charset=utf-8")
		return x.queryDocument(b, p, v)
	case CBOR:
		header.Set("Content-Type", "application/cbor")
		header.Set("Smithy-Protocol", "rpc-v2-cbor")
		return appendCBOR(b, p, v)
	}
	header.Set("Content-Type", x.jsonType())
	return appendJSONStruct(b, p, v, nil, "")
}

func (x *exchange) jsonType() string {
	if x.call.Protocol == JSON10 {
		return "application/x-amz-json-1.0"
	}
	return "application/x-amz-json-1.1"
}

func (x *exchange) send(w http.ResponseWriter, body []byte) {
	header := w.Header()
	// The SDK checks this one for DynamoDB, and only there.
	if x.call.Service == "dynamodb" {
		header.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	}
	if x.call.Status == http.StatusNoContent {
		w.WriteHeader(x.call.Status)
		return
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(x.call.Status)
	_, _ = w.Write(body) // a client that has gone needs no answer
}

func (x *exchange) queryDocument(b []byte, p *plan, v reflect.Value) []byte {
	name := x.op.Name
	b = openElement(b, name+"Response", x.service.Namespace)
	if x.call.Protocol == EC2Query {
		b = appendTextElement(b, "requestId", x.call.RequestID)
		b = appendXMLMembers(b, p, v, nil)
		return closeElement(b, name+"Response")
	}
	b = openElement(b, name+"Result", "")
	b = appendXMLMembers(b, p, v, nil)
	b = closeElement(b, name+"Result")
	b = openElement(b, "ResponseMetadata", "")
	b = appendTextElement(b, "RequestId", x.call.RequestID)
	b = closeElement(b, "ResponseMetadata")
	return closeElement(b, name+"Response")
}

// xmlDocument is a REST-XML body under the root element name.
func (x *exchange) xmlDocument(b []byte, name string, p *plan, v reflect.Value, skip []string) []byte {
	b = append(b, `<?xml version="1.0"?>`+"\n"...)
	b = openElement(b, name, x.service.Namespace)
	b = appendXMLMembers(b, p, v, skip)
	return closeElement(b, name)
}

func openElement(b []byte, name, namespace string) []byte {
	b = append(append(b, '<'), name...)
	if namespace != "" {
		b = append(appendEscaped(append(b, ` xmlns="`...), namespace), '"')
	}
	return append(b, '>')
}

func closeElement(b []byte, name string) []byte {
	return append(append(append(b, '<', '/'), name...), '>')
}
