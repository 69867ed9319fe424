package apigatewayv2

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/keyvex/keyvex/internal/sandbox/record"
)

// result is what a handler has answered, or why it has not.
type result struct {
	// complaint is what API Gateway tells the client itself, with the failure's
	// status; empty for an answer of the handler's.
	complaint string
	failure   int
	answer    proxyAnswer
}

// proxyAnswer is the result of a Lambda proxy integration.
type proxyAnswer struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

func (r result) status() int {
	if r.complaint != "" {
		return r.failure
	}
	return r.answer.StatusCode
}

func (r result) body() []byte {
	if !r.answer.IsBase64Encoded {
		return []byte(r.answer.Body)
	}
	decoded, err := base64.StdEncoding.DecodeString(r.answer.Body)
	if err != nil {
		return []byte(r.answer.Body)
	}
	return decoded
}

func (r result) header(name string) string {
	for key, v := range r.answer.Headers {
		if strings.EqualFold(key, name) {
			return v
		}
	}
	return ""
}

// handle gives an event to its route's integration. Without a route, connecting and
// disconnecting do well and a message is refused.
func (s *Service) handle(e *event) result {
	key := e.RequestContext.RouteKey
	route, ok := s.route(e.connection.api, key)
	settings := s.settings(e.connection, key)
	switch {
	case !ok && e.RequestContext.EventType == "MESSAGE":
		return e.fail("Forbidden", http.StatusForbidden, "ClientError")
	case !s.admit(e.connection, key, settings):
		return e.fail("Too Many Requests", http.StatusTooManyRequests, "ClientError")
	case !ok:
		return result{answer: proxyAnswer{StatusCode: http.StatusOK}}
	}
	id := strings.TrimPrefix(value(route.Properties.Target), "integrations/")
	integration, ok := s.integrations.Get(record.Key(e.connection.api, id))
	switch {
	case !ok:
		return e.fail("Internal server error", http.StatusInternalServerError, "ExecutionError")
	case integration.Properties.IntegrationType == types.IntegrationTypeMock:
		return result{answer: proxyAnswer{StatusCode: http.StatusOK}}
	}
	return s.invoke(e, integration.Properties)
}

// fail counts the failure and words it for the client.
func (e *event) fail(message string, status int, metric string) result {
	e.variables["error.message"] = message
	e.count(metric, 1)
	return result{complaint: message, failure: status}
}

// settings are the stage's for the route, or for all.
func (s *Service) settings(c *connection, key string) types.RouteSettings {
	stage, _ := s.stages.Get(record.Key(c.api, c.stage))
	if own, ok := stage.Properties.RouteSettings[key]; ok {
		return own
	}
	return *or(stage.Properties.DefaultRouteSettings, types.RouteSettings{})
}

func (s *Service) admit(c *connection, key string, settings types.RouteSettings) bool {
	if key == disconnectRoute {
		return true
	}
	rate, burst := -1.0, 0
	if settings.ThrottlingRateLimit != nil && settings.ThrottlingBurstLimit != nil {
		rate, burst = *settings.ThrottlingRateLimit, int(*settings.ThrottlingBurstLimit)
	}
	return s.account.Admit(strings.Join([]string{"route", c.api, c.stage, key}, "/"), rate, burst)
}

// invoke asks the function and reads its answer.
func (s *Service) invoke(e *event, integration integrationProperties) result {
	payload, err := s.call(e, integration)
	e.variables["integration.latency"] = strconv.FormatInt(e.integration.Milliseconds(), 10)
	if err != nil {
		e.variables["integration.error"] = err.Error()
		return e.fail("Internal server error", http.StatusBadGateway, "IntegrationError")
	}
	e.variables["integration.status"] = "200"
	var r result
	if json.Unmarshal(payload, &r.answer) != nil || r.answer.StatusCode < http.StatusContinue || r.answer.StatusCode > 599 {
		e.variables["integration.error"] = "Malformed Lambda proxy response"
		return e.fail("Internal server error", http.StatusBadGateway, "ExecutionError")
	}
	return r
}

func (s *Service) call(e *event, integration integrationProperties) ([]byte, error) {
	_, path, _ := strings.Cut(value(integration.IntegrationUri), ":lambda:path/2015-03-31/functions/")
	function := strings.TrimSuffix(path, "/invocations")
	if function == "" || s.functions == nil {
		return nil, errors.New("The integration is not a function of this account") //nolint:revive // stands in access logs as a sentence
	}
	payload, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	timeout := time.Duration(*or(integration.TimeoutInMillis, longestTimeout)) * time.Millisecond
	ctx, cancel := context.WithTimeout(s.life, timeout)
	defer cancel()
	begun := s.host.Clock.Now()
	out, err := s.functions.Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, Payload: payload})
	e.integration = s.host.Clock.Now().Sub(begun)
	switch {
	case err != nil:
		return nil, err
	case out.FunctionError != nil:
		return nil, errors.New("Lambda function error: " + *out.FunctionError)
	}
	return out.Payload, nil
}
