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
	// packed is the body as it was sent, nil while a Raw handler shall read it;
	// body is the same without compression.
	packed, body []byte
	form         url.Values
	call         *Call
}

// read takes the body in, unpacked, and keeps it as it was sent in packed, since
// that is what is signed.
func (x *exchange) read() error {
	var err error
	if x.packed, err = readAll(x.request.Body, x.request.ContentLength); err != nil {
		return err
	}
	x.body = x.packed
	defer func() { x.call.body = x.body }()
	if x.request.Header.Get("Content-Encoding") != "gzip" {
		return nil
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(x.packed))
	if err != nil {
		return malformed("the body is not gzip: %v", err)
	}
	x.body, err = readAll(unpacked, 0)
	return err
}

// readAll gives a slice that is not nil.
func readAll(r io.Reader, expected int64) ([]byte, error) {
	buf := bytes.NewBuffer(make([]byte, 0, bytes.MinRead+max(0, min(expected, maxBody))))
	n, err := buf.ReadFrom(io.LimitReader(r, maxBody+1))
	if err != nil {
		return nil, malformed("the body cannot be read: %v", err)
	}
	if n > maxBody {
		return nil, &Error{Code: "RequestEntityTooLargeException", Message: "the request is larger than 128 MiB", Status: http.StatusRequestEntityTooLarge}
	}
	return buf.Bytes(), nil
}

// decode makes the operation's input of the request.
func (x *exchange) decode() (any, error) {
	in := reflect.New(x.op.In)
	x.call.Input = in.Interface()
	return x.call.Input, x.decodeInto(in.Elem())
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
