package apigateway

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/keyvex/keyvex/internal/sandbox/apigateway/vtl"
)

// reply is what an integration answers.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// integrate asks the integration and makes the caller's answer of its own.
func (e *execution) integrate() (answer, *refusal) {
	i := e.method.Method.Integration
	if i == nil {
		return answer{}, internal()
	}
	if i.Type == types.IntegrationTypeAwsProxy {
		return e.proxy(i)
	}
	body, refused := e.integrationBody(i)
	if refused != nil {
		return answer{}, refused
	}
	got, refused := e.timed(i, func(ctx context.Context) (reply, *refusal) {
		if i.Type == types.IntegrationTypeMock {
			return mock(body)
		}
		return e.callService(ctx, i, body)
	})
	if refused != nil {
		return answer{}, refused
	}
	return e.respond(i, got)
}

// timed measures the integration and ends it at its timeout.
func (e *execution) timed(i *integrationProperties, ask func(context.Context) (reply, *refusal)) (reply, *refusal) {
	timeout := defaultTimeout
	if i.TimeoutInMillis != nil {
		timeout = int(*i.TimeoutInMillis)
	}
	ctx, cancel := context.WithTimeout(e.ctx, time.Duration(timeout)*time.Millisecond)
	defer cancel()
	begun := e.service.host.Clock.Now()
	got, refused := ask(ctx)
	e.integration = e.service.host.Clock.Now().Sub(begun)
	e.variable("integration", "latency", e.integration.Milliseconds())
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		refused = integrationTimedOut()
	}
	if refused == nil {
		e.variable("integration", "status", int64(got.status))
		e.variable("integration", "integrationStatus", int64(got.status))
	}
	return got, refused
}

// integrationBody is the request's body by the template of its content type, or the
// body itself where PassthroughBehavior lets it through.
func (e *execution) integrationBody(i *integrationProperties) (string, *refusal) {
	template, ok := i.RequestTemplates[e.contentType()]
	if ok {
		body, err := e.rendered(template, e.input)
		if err != nil {
			return "", internal()
		}
		return body, nil
	}
	switch value(i.PassthroughBehavior) {
	case "NEVER":
		return "", unsupportedMedia()
	case "WHEN_NO_TEMPLATES":
		if len(i.RequestTemplates) > 0 {
			return "", unsupportedMedia()
		}
	}
	return e.input.Body, nil
}

// mock answers with the status that the template names.
func mock(body string) (reply, *refusal) {
	v, err := vtl.ParseJSON(body)
	status, ok := vtl.Select(v, "$.statusCode").(int64)
	if err != nil || !ok {
		return reply{}, internal()
	}
	return reply{status: int(status), header: http.Header{}}, nil
}

// respond makes the caller's answer: the integration response whose pattern fits
// the status, or the one without a pattern.
func (e *execution) respond(i *integrationProperties, got reply) (answer, *refusal) {
	chosen, ok := choose(i.IntegrationResponses, strconv.Itoa(got.status))
	if !ok {
		return answer{}, internal()
	}
	status, err := strconv.Atoi(value(chosen.StatusCode))
	if err != nil {
		return answer{}, internal()
	}
	a := answer{status: status, header: e.headers(), body: got.body}
	a.header.Set("Content-Type", jsonType)
	for name, source := range chosen.ResponseParameters {
		if header, ok := strings.CutPrefix(name, "method.response.header."); ok {
			a.header.Set(header, e.mapped(source, &got))
		}
	}
	if template, ok := e.responseTemplate(chosen); ok {
		body, err := e.rendered(template, &vtl.Input{Body: string(got.body), Path: e.input.Path, Query: e.input.Query, Header: e.input.Header})
		if err != nil {
			return answer{}, internal()
		}
		a.body = []byte(body)
	}
	e.overridden(&a)
	return a, nil
}

// choose finds the response by a selection pattern, which must match as a whole.
func choose(responses []types.IntegrationResponse, by string) (types.IntegrationResponse, bool) {
	var fallback types.IntegrationResponse
	found := false
	for _, r := range responses {
		if value(r.SelectionPattern) == "" {
			if !found {
				fallback, found = r, true
			}
			continue
		}
		if pattern, err := regexp.Compile("^(?:" + *r.SelectionPattern + ")$"); err == nil && pattern.MatchString(by) {
			return r, true
		}
	}
	return fallback, found
}

// responseTemplate is the one that the caller accepts: JSON, or the only one.
func (e *execution) responseTemplate(r types.IntegrationResponse) (string, bool) {
	if template, ok := r.ResponseTemplates[e.request.Header.Get("Accept")]; ok {
		return template, true
	}
	if template, ok := r.ResponseTemplates[jsonType]; ok {
		return template, true
	}
	for _, template := range r.ResponseTemplates {
		if len(r.ResponseTemplates) == 1 {
			return template, true
		}
	}
	return "", false
}

// callService is an AWS integration: the service and what it is asked are in the
// URI, "arn:aws:apigateway:REGION:SERVICE:path/..." or ":action/...".
func (e *execution) callService(ctx context.Context, i *integrationProperties, body string) (reply, *refusal) {
	parts := strings.SplitN(value(i.Uri), ":", 6)
	if i.Type != types.IntegrationTypeAws || len(parts) < 6 || parts[4] != "sqs" {
		return reply{}, internal()
	}
	path, isPath := strings.CutPrefix(parts[5], "path/")
	form, err := url.ParseQuery(body)
	contentType := e.mapped(i.RequestParameters["integration.request.header.Content-Type"], nil)
	if !isPath || err != nil || !strings.HasPrefix(contentType, "application/x-www-form-urlencoded") {
		return reply{}, internal()
	}
	return e.service.callQueue(ctx, path, form), nil
}
