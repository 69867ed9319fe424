package logs

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/logs/page"
)

// matterOf says what a failure of a call means for the group.
func matterOf(err error) Matter {
	if strange(err) {
		return Refused
	}
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return Unreachable
	}
	code := api.ErrorCode()
	switch {
	case code == "ResourceNotFoundException":
		return Missing
	case strings.Contains(code, "Throttl"), slices.Contains([]string{"TooManyRequestsException", "RequestLimitExceeded", "LimitExceededException"}, code):
		return Throttled
	case code == "ServiceUnavailableException", code == "InternalFailure", api.ErrorFault() == smithy.FaultServer:
		return Unreachable
	}
	if response, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && response.HTTPStatusCode() >= http.StatusInternalServerError {
		return Unreachable
	}
	return Refused
}

// strange says that the server does not speak as AWS does, or not of this: asking
// again changes nothing. What a gateway says in its place is not meant.
func strange(err error) bool {
	if errors.Is(err, page.ErrFormat) || errors.Is(err, cloud.ErrIncomplete) {
		return true
	}
	response, ok := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok {
		return false
	}
	_, said := errors.AsType[smithy.APIError](err)
	status := response.HTTPStatusCode()
	return status == http.StatusNotImplemented || !said && status >= http.StatusMultipleChoices && status < http.StatusInternalServerError
}
