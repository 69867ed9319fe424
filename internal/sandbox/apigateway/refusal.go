package apigateway

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/keyvex/keyvex/internal/sandbox/apigateway/vtl"
	"github.com/keyvex/keyvex/internal/sandbox/record"
)

// refusal is a gateway response: an answer that comes from API Gateway and not from
// an integration (API Gateway Developer Guide, "Gateway response types").
type refusal struct {
	kind    types.GatewayResponseType
	status  int
	message string
	// errorType is in the header x-amzn-ErrorType.
	errorType string
	// detail is $context.error.validationErrorString.
	detail string
}

func missingToken() *refusal {
	return &refusal{types.GatewayResponseTypeMissingAuthenticationToken, http.StatusForbidden, "Missing Authentication Token", "MissingAuthenticationTokenException", ""}
}

func forbidden() *refusal {
	return &refusal{types.GatewayResponseTypeInvalidApiKey, http.StatusForbidden, "Forbidden", "ForbiddenException", ""}
}

func throttled() *refusal {
	return &refusal{types.GatewayResponseTypeThrottled, http.StatusTooManyRequests, "Too Many Requests", "TooManyRequestsException", ""}
}

func quotaExceeded() *refusal {
	return &refusal{types.GatewayResponseTypeQuotaExceeded, http.StatusTooManyRequests, "Limit Exceeded", "LimitExceededException", ""}
}

func tooLarge() *refusal {
	return &refusal{types.GatewayResponseTypeRequestTooLarge, http.StatusRequestEntityTooLarge, "Request Too Long", "RequestTooLargeException", ""}
}

func badBody(detail string) *refusal {
	return &refusal{types.GatewayResponseTypeBadRequestBody, http.StatusBadRequest, "Invalid request body", "BadRequestException", detail}
}

func badParameters(message string) *refusal {
	return &refusal{types.GatewayResponseTypeBadRequestParameters, http.StatusBadRequest, message, "BadRequestException", ""}
}

func unsupportedMedia() *refusal {
	return &refusal{types.GatewayResponseTypeUnsupportedMediaType, http.StatusUnsupportedMediaType, "Unsupported Media Type", "UnsupportedMediaTypeException", ""}
}

func internal() *refusal {
	return &refusal{types.GatewayResponseTypeApiConfigurationError, http.StatusInternalServerError, "Internal server error", "InternalServerErrorException", ""}
}

func integrationFailed() *refusal {
	return &refusal{types.GatewayResponseTypeIntegrationFailure, http.StatusBadGateway, "Internal server error", "InternalServerErrorException", ""}
}

func integrationTimedOut() *refusal {
	return &refusal{types.GatewayResponseTypeIntegrationTimeout, http.StatusGatewayTimeout, "Endpoint request timed out", "InternalServerErrorException", ""}
}

// refuse answers with the API's own gateway response of that kind, or the default.
func (e *execution) refuse(r *refusal) answer {
	e.variable("error", "message", r.message)
	e.variable("error", "messageString", vtl.JSON(r.message))
	e.variable("error", "responseType", string(r.kind))
	if r.detail != "" {
		e.variable("error", "validationErrorString", r.detail)
	}
	a := answer{status: r.status, header: e.headers(), body: []byte(`{"message":` + vtl.JSON(r.message) + `}`)}
	a.header.Set("Content-Type", jsonType)
	a.header.Set("X-Amzn-Errortype", r.errorType)
	if own, ok := e.gatewayResponse(r); ok {
		e.customize(&a, own)
	}
	return a
}

// gatewayResponse finds the API's own response of the kind, or of its class.
func (e *execution) gatewayResponse(r *refusal) (responseProperties, bool) {
	class := types.GatewayResponseTypeDefault4xx
	if r.status >= http.StatusInternalServerError {
		class = types.GatewayResponseTypeDefault5xx
	}
	for _, kind := range []types.GatewayResponseType{r.kind, class} {
		if own, ok := e.service.responses.Get(record.Key(e.api.ID, e.api.ID+"-"+string(kind))); ok {
			return own.Properties, true
		}
	}
	return responseProperties{}, false
}

func (e *execution) customize(a *answer, own responseProperties) {
	if status, err := strconv.Atoi(value(own.StatusCode)); err == nil {
		a.status = status
	}
	if template, ok := own.ResponseTemplates[jsonType]; ok {
		a.body = []byte(fillIn(template, e.variables))
	}
	for name, source := range own.ResponseParameters {
		if header, ok := strings.CutPrefix(name, "gatewayresponse.header."); ok {
			a.header.Set(header, e.mapped(source, nil))
		}
	}
}

// headers are those of every answer.
func (e *execution) headers() http.Header {
	h := http.Header{}
	h.Set("X-Amzn-Requestid", vtl.Text(e.variables.Get("requestId")))
	h.Set("X-Amz-Apigw-Id", vtl.Text(e.variables.Get("extendedRequestId")))
	return h
}
