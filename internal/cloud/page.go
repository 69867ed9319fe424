package cloud

import (
	"errors"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// pageTries is how often a server that is not AWS is asked where it answers by a page
// for people, as a proxy does whose server is away.
const pageTries = 3

// impatient gives up early on such pages.
type impatient struct{ aws.RetryerV2 }

// RetryDelay fails with what the last try failed with when none is to follow.
func (r impatient) RetryDelay(attempt int, err error) (time.Duration, error) {
	if attempt >= pageTries && isPage(err) {
		return 0, err
	}
	return r.RetryerV2.RetryDelay(attempt, err)
}

func isPage(err error) bool {
	response, ok := errors.AsType[*awshttp.ResponseError](err)
	if !ok || response.Response == nil {
		return false
	}
	kind, _, _ := mime.ParseMediaType(response.Response.Header.Get("Content-Type"))
	return kind == "text/html"
}

// wordless takes the code out of an error for which the answer had none. S3's client
// makes one of the HTTP status then: of AWS, only of the refusal of a HEAD, which has
// no body.
func wordless(err error, service, operation string) error {
	api, isAPI := errors.AsType[smithy.APIError](err)
	response, ok := errors.AsType[*awshttp.ResponseError](err)
	if !isAPI || !ok || response.Response == nil {
		return err
	}
	status := response.HTTPStatusCode()
	made := api.ErrorMessage() == http.StatusText(status) && api.ErrorCode() == strings.ReplaceAll(api.ErrorMessage(), " ", "")
	if !made || strings.HasPrefix(operation, "Head") && status < http.StatusInternalServerError {
		return err
	}
	return &smithy.OperationError{ServiceID: service, OperationName: operation, Err: &awshttp.ResponseError{
		RequestID: response.RequestID, ResponseError: &smithyhttp.ResponseError{Response: response.Response, Err: errors.New(api.ErrorMessage())},
	}}
}
