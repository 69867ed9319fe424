package wire

import (
	"fmt"
	"net/http"
	"time"
)

// denial is a reason to refuse a signature, in the words of each family of
// protocols: their services differ in code and status for the same thing (AWS
// General Reference, "Common errors").
type denial struct {
	json, query, s3       string
	message               string
	queryStatus, s3Status int
}

var (
	missingToken = denial{"MissingAuthenticationTokenException", "MissingAuthenticationToken", "AccessDenied",
		"Missing Authentication Token", http.StatusForbidden, http.StatusForbidden}
	incomplete = denial{"IncompleteSignatureException", "IncompleteSignature", "AuthorizationQueryParametersError",
		"The request signature does not conform to AWS standards", http.StatusBadRequest, http.StatusBadRequest}
	unknownKey = denial{"UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId",
		"The security token included in the request is invalid", http.StatusForbidden, http.StatusForbidden}
	badSignature = denial{"InvalidSignatureException", "SignatureDoesNotMatch", "SignatureDoesNotMatch",
		"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method", http.StatusForbidden, http.StatusForbidden}
	expired = denial{"InvalidSignatureException", "SignatureDoesNotMatch", "AccessDenied",
		"Request has expired", http.StatusForbidden, http.StatusForbidden}
)

func (x *exchange) denial(d denial) error {
	switch {
	case x.service.Name == "s3":
		return &Error{Code: d.s3, Message: d.message, Status: d.s3Status}
	case x.call.Protocol == Query || x.call.Protocol == EC2Query || x.call.Protocol == RESTXML:
		return &Error{Code: d.query, Message: d.message, Status: d.queryStatus}
	case x.call.Protocol == RESTJSON:
		return &Error{Code: d.json, Message: d.message, Status: http.StatusForbidden}
	}
	return &Error{Code: d.json, Message: d.message}
}

// skewed is the denial of a signature from another time; clients read the
// server's time out of it, or out of the Date header.
func (x *exchange) skewed(signed, now time.Time) error {
	if x.service.Name == "s3" {
		return &Error{Code: "RequestTimeTooSkewed", Message: "The difference between the request time and the current time is too large.", Status: http.StatusForbidden}
	}
	word, limit := "expired", "earlier than "+now.Add(-maxSkew).UTC().Format(timeLayout)
	if signed.After(now) {
		word, limit = "not yet current", "later than "+now.Add(maxSkew).UTC().Format(timeLayout)
	}
	d := badSignature
	d.message = fmt.Sprintf("Signature %s: %s is now %s", word, signed.Format(timeLayout), limit)
	return x.denial(d)
}
