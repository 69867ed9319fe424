package logs

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// matterOf says what a failure of a call means for the group.
func matterOf(err error) Matter {
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
