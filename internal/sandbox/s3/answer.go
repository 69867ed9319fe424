package s3

import (
	"encoding/xml"
	"errors"
	"net/http"

	"github.com/johannesboyne/gofakes3"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

// writeXML answers with v as a document of that root.
func writeXML(w http.ResponseWriter, root string, v any) {
	w.Header().Set("Content-Type", "application/xml")
	_, _ = w.Write([]byte(xml.Header))
	start := xml.StartElement{Name: xml.Name{Space: namespace, Local: root}}
	_ = xml.NewEncoder(w).EncodeElement(v, start) // the client may have gone
}

func failure(code, message string, status int) error {
	return &wire.Error{Code: code, Message: message, Status: status}
}

// writeError answers with an error as S3 does.
func writeError(w http.ResponseWriter, r *http.Request, err error) {
	e := asWireError(err)
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(e.Status)
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write([]byte(xml.Header))
	_ = xml.NewEncoder(w).EncodeElement(struct{ Code, Message, Resource, RequestId string }{ //nolint:revive // S3's own element name
		e.Code, e.Message, r.URL.Path, wire.CallOf(r.Context()).RequestID,
	}, xml.StartElement{Name: xml.Name{Local: "Error"}})
}

// asWireError gives any error of this package a code and a status.
func asWireError(err error) *wire.Error {
	if e, ok := errors.AsType[*wire.Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[gofakes3.Error](err); ok {
		code := e.ErrorCode()
		message := code.Message()
		if full, ok := errors.AsType[*gofakes3.ErrorResponse](err); ok {
			message = full.Message
		}
		return &wire.Error{Code: string(code), Message: message, Status: code.Status()}
	}
	return &wire.Error{Code: "InternalError", Message: err.Error(), Status: http.StatusInternalServerError}
}
