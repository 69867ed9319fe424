package apigateway

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/keyvex/keyvex/internal/sandbox/apigateway/vtl"
)

// proxy is a Lambda proxy integration: the whole request goes to a function, whose
// result is the answer.
func (e *execution) proxy(i *integrationProperties) (answer, *refusal) {
	got, refused := e.timed(i, func(ctx context.Context) (reply, *refusal) { return e.invoke(ctx, i) })
	if refused != nil {
		return answer{}, refused
	}
	var result struct {
		StatusCode        int                 `json:"statusCode"`
		Headers           map[string]string   `json:"headers"`
		MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
		Body              string              `json:"body"`
		IsBase64Encoded   bool                `json:"isBase64Encoded"`
	}
	if json.Unmarshal(got.body, &result) != nil || result.StatusCode < http.StatusOK || result.StatusCode > 599 {
		return answer{}, integrationFailed()
	}
	a := answer{status: result.StatusCode, header: e.headers(), body: []byte(result.Body)}
	a.header.Set("Content-Type", jsonType)
	for name, v := range result.Headers {
		a.header.Set(name, v)
	}
	for name, values := range result.MultiValueHeaders {
		a.header[http.CanonicalHeaderKey(name)] = values
	}
	if result.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(result.Body)
		if err != nil {
			return answer{}, integrationFailed()
		}
		a.body = decoded
	}
	return a, nil
}

func (e *execution) invoke(ctx context.Context, i *integrationProperties) (reply, *refusal) {
	_, path, _ := strings.Cut(value(i.Uri), ":lambda:path/2015-03-31/functions/")
	function := strings.TrimSuffix(path, "/invocations")
	if function == "" || e.service.siblings.Functions == nil {
		return reply{}, internal()
	}
	out, err := e.service.siblings.Functions.Invoke(ctx, &lambda.InvokeInput{
		FunctionName: &function, InvocationType: lambdatypes.InvocationTypeRequestResponse, Payload: []byte(vtl.JSON(e.event())),
	})
	switch {
	case err != nil:
		return reply{}, internal()
	case out.FunctionError != nil:
		return reply{}, integrationFailed()
	}
	return reply{status: http.StatusOK, body: out.Payload}, nil
}

// event is the function's input (API Gateway Developer Guide, "Input format of a
// Lambda function for proxy integration").
func (e *execution) event() *vtl.Map {
	var body any
	if e.input.Body != "" {
		body = e.input.Body
	}
	return vtl.NewMap(
		"resource", e.method.Path, "path", e.path, "httpMethod", e.request.Method,
		"headers", nullable(e.input.Header), "multiValueHeaders", nullableLists(headersOf(e.request)),
		"queryStringParameters", nullable(e.input.Query), "multiValueQueryStringParameters", nullableLists(e.request.URL.Query()),
		"pathParameters", nullable(e.input.Path), "stageVariables", nullable(e.stage.Properties.Variables),
		"requestContext", e.variables, "body", body, "isBase64Encoded", false,
	)
}

// nullable has null for an empty map, as such events do.
func nullable(m map[string]string) any {
	if len(m) == 0 {
		return nil
	}
	return m
}

func nullableLists(m map[string][]string) any {
	if len(m) == 0 {
		return nil
	}
	return m
}
