package wire

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
)

// maxBody bounds a request that is held in memory: beyond the largest that AWS
// takes in one piece (a Lambda zip of 50 MB, in base64).
const maxBody = 128 << 20

// exchange is one request on its way through the router.
type exchange struct {
	service *Service
	op      *Operation
	request *http.Request
	body    []byte
	packed  []byte
	form    url.Values
	labels  map[string]string
	call    *Call
}

// read takes the body in, unpacked. The hash that is signed is of what was sent,
// so packed is what verification gets.
func (x *exchange) read() (packed []byte, err error) {
	if x.request.ContentLength > maxBody {
		return nil, &Error{Code: "RequestEntityTooLarge", Message: "the request is too large", Status: http.StatusRequestEntityTooLarge}
	}
	var buf bytes.Buffer
	if n := x.request.ContentLength; n > 0 {
		buf.Grow(int(n) + bytes.MinRead)
	}
	if _, err := buf.ReadFrom(io.LimitReader(x.request.Body, maxBody)); err != nil {
		return nil, malformed("the body cannot be read: %v", err)
	}
	x.body = buf.Bytes()
	if x.request.Header.Get("Content-Encoding") != "gzip" {
		return x.body, nil
	}
	packed = x.body
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, malformed("the body is not gzip: %v", err)
	}
	if x.body, err = io.ReadAll(io.LimitReader(unpacked, maxBody)); err != nil {
		return nil, malformed("the body is not gzip: %v", err)
	}
	return packed, nil
}

// decode makes the operation's input of the request.
func (x *exchange) decode() (any, error) {
	in := reflect.New(x.op.In)
	return in.Interface(), x.decodeInto(in.Elem())
}

func (x *exchange) decodeInto(in reflect.Value) error {
	p := x.service.plan(x.op.In)
	var n node
	var err error
	switch x.call.Protocol {
	case RESTJSON, RESTXML:
		return x.decodeREST(in)
	case Query, EC2Query:
		n, err = parseQuery(x.form)
	case CBOR:
		n, err = parseCBOR(string(x.body))
	default:
		return x.decodeBody(p, in)
	}
	if err != nil {
		return err
	}
	x.call.sent, x.call.plan = &n, p
	return fill(p, in, &n)
}

// invoke calls the operation; a panic in it is an InternalFailure, so that one
// broken operation does not end the sandbox.
func (x *exchange) invoke(ctx context.Context, in any) (out any, err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("%s %s panicked: %v", x.call.Service, x.call.Operation, broken)
		}
	}()
	return x.op.call(ctx, in)
}
