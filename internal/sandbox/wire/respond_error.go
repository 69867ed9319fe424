package wire

import (
	"errors"
	"net/http"
)

// respondError writes an error in the request's protocol.
func (x *exchange) respondError(w http.ResponseWriter, err error) {
	x.call.Err = err
	if errors.Is(err, errDropped) {
		x.call.ErrorCode = "ConnectionDropped"
		panic(http.ErrAbortHandler)
	}
	f := x.service.fault(err)
	x.call.Status, x.call.ErrorCode = f.status, f.code
	header := w.Header()
	var body []byte
	switch x.call.Protocol {
	case Query, EC2Query, RESTXML:
		header.Set("Content-Type", "text/xml")
		body = x.xmlError(f)
	case CBOR:
		header.Set("Content-Type", "application/cbor")
		header.Set("Smithy-Protocol", "rpc-v2-cbor")
		x.setQueryError(header, f)
		body = x.cborError(f)
	case RESTJSON:
		header.Set("Content-Type", "application/json")
		header.Set("X-Amzn-ErrorType", f.name)
		body = x.jsonError(f)
	default:
		header.Set("Content-Type", x.jsonType())
		x.setQueryError(header, f)
		body = x.jsonError(f)
	}
	x.send(w, body)
}

// setQueryError gives clients that were written for the Query protocol the code
// they know, where a service has moved on from it.
func (x *exchange) setQueryError(header http.Header, f fault) {
	if f.code != f.name {
		header.Set("X-Amzn-Query-Error", f.code+";"+f.party())
	}
}

func (f fault) party() string {
	if f.sender {
		return "Sender"
	}
	return "Receiver"
}

func (x *exchange) jsonError(f fault) []byte {
	b := append([]byte(nil), '{')
	b = appendQuoted(b, "__type")
	b = append(b, ':')
	b = appendQuoted(b, f.name)
	b = append(b, `,"message":`...)
	b = appendQuoted(b, f.message)
	if f.members.IsValid() {
		p := x.service.plan(f.members.Type())
		if more := appendJSONStruct(nil, p, f.members, []string{"Message"}, ""); len(more) > len("{}") {
			b = append(append(b, ','), more[1:len(more)-1]...)
		}
	}
	return append(b, '}')
}

func (x *exchange) cborError(f fault) []byte {
	b := append([]byte(nil), 0xbf)
	b = appendCBORText(appendCBORText(b, "__type"), f.name)
	b = appendCBORText(appendCBORText(b, "message"), f.message)
	if f.members.IsValid() {
		b = appendCBORMembers(b, x.service.plan(f.members.Type()), f.members, []string{"Message"})
	}
	return append(b, 0xff)
}

func (x *exchange) xmlError(f fault) []byte {
	if x.call.Protocol == EC2Query {
		b := openElement(openElement(openElement(nil, "Response", ""), "Errors", ""), "Error", "")
		b = appendTextElement(appendTextElement(b, "Code", f.code), "Message", f.message)
		b = closeElement(closeElement(b, "Error"), "Errors")
		return closeElement(appendTextElement(b, "RequestID", x.call.RequestID), "Response")
	}
	if x.op == nil && x.service.Raw != nil { // S3 has no wrapper
		b := openElement(nil, "Error", "")
		b = appendTextElement(appendTextElement(b, "Code", f.code), "Message", f.message)
		return closeElement(appendTextElement(b, "RequestId", x.call.RequestID), "Error")
	}
	b := openElement(nil, "ErrorResponse", x.service.Namespace)
	b = openElement(b, "Error", "")
	b = appendTextElement(b, "Type", f.party())
	b = appendTextElement(appendTextElement(b, "Code", f.code), "Message", f.message)
	if f.members.IsValid() {
		b = appendXMLMembers(b, x.service.plan(f.members.Type()), f.members, []string{"Message"})
	}
	b = closeElement(b, "Error")
	return closeElement(appendTextElement(b, "RequestId", x.call.RequestID), "ErrorResponse")
}
