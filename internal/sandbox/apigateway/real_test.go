package apigateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	service "github.com/keyvex/keyvex/internal/sandbox/apigateway"
	"github.com/keyvex/keyvex/internal/sandbox/cloudformation/template"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// queues is SQS as API Gateway sees it.
type queues struct {
	mu     sync.Mutex
	fail   error
	queue  string
	bodies []string
}

func (q *queues) QueueURL(arn string) (string, bool) {
	name, ok := strings.CutPrefix(arn, "arn:aws:sqs:us-east-1:123456789012:")
	return "http://queue/" + name, ok && q.queue != "none"
}

func (q *queues) SendMessage(_ context.Context, in *sqs.SendMessageInput) (*sqs.SendMessageOutput, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.fail != nil {
		return nil, q.fail
	}
	q.queue, q.bodies = *in.QueueUrl, append(q.bodies, *in.MessageBody)
	return &sqs.SendMessageOutput{MessageId: new("m-" + fmt.Sprint(len(q.bodies))), MD5OfMessageBody: new("x")}, nil
}

// logLines is CloudWatch Logs as API Gateway sees it.
type logLines struct {
	mu    sync.Mutex
	group string
	lines []string
}

func (l *logLines) Append(group, _ string, lines ...host.LogLine) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.group = group
	for _, line := range lines {
		l.lines = append(l.lines, line.Message)
	}
	return nil
}

type anyRole struct{}

func (anyRole) RoleExists(string) bool { return true }

// real is the REST API of the Api stack's own template, with its key.
type real struct {
	*service.Service
	queues      *queues
	logs        *logLines
	data        []host.Datum
	stack       *oracle.Stack
	api, secret string
}

func deployReal(t *testing.T, h *host.Host) *real {
	t.Helper()
	r := &real{queues: &queues{}, logs: &logLines{}}
	h.Random = rand.NewChaCha8([32]byte{1})
	h.Meter = func(data ...host.Datum) { r.data = append(r.data, data...) }
	r.Service = service.New(h, service.Siblings{Roles: anyRole{}, Queues: r.queues, Logs: r.logs})
	r.stack = oracle.NewStack(t, r.Resources())
	r.stack.Create("AWS::ApiGateway::Account", "Account", `{"CloudWatchRoleArn":"arn:aws:iam::123456789012:role/logs"}`)
	body, err := os.ReadFile("../../../stacks/assembly/development/Api.json")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := template.Parse(strings.ReplaceAll(string(body), "env-placeholder0", "test"))
	if err != nil {
		t.Fatal(err)
	}
	made := r.create(t, parsed)
	for logical, resource := range parsed.Resources {
		switch resource.Type {
		case "AWS::ApiGateway::RestApi":
			r.api = made[logical].id
		case "AWS::ApiGateway::ApiKey":
			key, _, _ := r.stack.Type(resource.Type).Read(t.Context(), made[logical].id)
			r.secret = key["Value"].(string)
		}
	}
	return r
}

type creation struct {
	id         string
	attributes map[string]any
}

// create makes the template's REST resources, in the order of their dependencies.
func (r *real) create(t *testing.T, parsed *template.Template) map[string]creation {
	t.Helper()
	made := map[string]creation{}
	scope := &template.Scope{
		Template: parsed,
		Parameters: map[string]any{
			"AWS::Partition": "aws", "AWS::Region": oracle.Region, "AWS::AccountId": oracle.Account, "AWS::URLSuffix": "amazonaws.com",
			"AWS::StackName": "Keyvex-test-Api", "Environment": "test", "CorsOrigins": "http://localhost:3000,https://app.example.com", "ClerkIssuer": "",
		},
		Resource: func(id string) (any, error) {
			if m, ok := made[id]; ok {
				return m.id, nil
			}
			return id, nil
		},
		Attribute: func(id, attribute string) (any, error) {
			if v, ok := made[id].attributes[attribute]; ok {
				return v, nil
			}
			return "arn:aws:x:us-east-1:123456789012:" + id, nil
		},
	}
	needs, err := scope.Dependencies()
	if err != nil {
		t.Fatal(err)
	}
	done := map[string]bool{}
	var visit func(id string)
	visit = func(id string) {
		if done[id] {
			return
		}
		done[id] = true
		for _, need := range needs[id] {
			visit(need)
		}
		resource := parsed.Resources[id]
		if !strings.HasPrefix(resource.Type, "AWS::ApiGateway::") || strings.HasSuffix(resource.Type, "::Account") {
			return
		}
		properties, err := scope.Properties(resource)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := json.Marshal(properties)
		result, err := r.stack.Try(resource.Type, id, string(text))
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		made[id] = creation{result.PhysicalID, result.Attributes}
	}
	for id := range parsed.Resources {
		visit(id)
	}
	return made
}

// ask sends a request to the stage, as a client without an SDK does.
func (r *real) ask(t *testing.T, method, path, body string, header ...string) (*http.Response, string) {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, wire.LocalEndpoint+"/_aws/execute-api/"+r.api+"/dev"+path, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	recorder := httptest.NewRecorder()
	if !r.ServeExecute(recorder, request) {
		t.Fatalf("%s was not served", path)
	}
	response := recorder.Result()
	text, _ := io.ReadAll(response.Body)
	return response, string(text)
}

const job = `{"version":1,"jobId":"j1","userId":"u","kind":"chat","input":{"prompt":"a&b=ü +"}}`

func TestAJobGoesFromTheRealTemplateIntoItsQueue(t *testing.T) {
	r := deployReal(t, oracle.Host())
	response, body := r.ask(t, "POST", "/v1/jobs", job, "X-Api-Key", r.secret, "Content-Type", "application/json", "Origin", "http://localhost:3000")
	if response.StatusCode != 202 || body != `{"messageId":"m-1"}` {
		t.Fatalf("got %d %s", response.StatusCode, body)
	}
	if r.queues.queue != "http://queue/keyvex-ai-processing-queue-test" || r.queues.bodies[0] != job {
		t.Errorf("the queue %s has %s", r.queues.queue, r.queues.bodies)
	}
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin": "http://localhost:3000", "Vary": "Origin", "Content-Type": "application/json",
	} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if len(response.Header.Get("X-Amzn-Requestid")) != 36 || len(response.Header.Get("X-Amz-Apigw-Id")) != 16 {
		t.Errorf("the ids are in %v", response.Header)
	}
	var line map[string]string
	if err := json.Unmarshal([]byte(r.logs.lines[0]), &line); err != nil {
		t.Fatalf("the access log has %s: %v", r.logs.lines, err)
	}
	for name, want := range map[string]string{
		"status": "202", "httpMethod": "POST", "resourcePath": "/v1/jobs", "integration.status": "200", "error.message": "-",
		"responseLength": "19", "requestId": response.Header.Get("X-Amzn-Requestid"), "identity.sourceIp": "192.0.2.1",
	} {
		if line[name] != want {
			t.Errorf("the access log's %s is %q", name, line[name])
		}
	}
	if r.logs.group != "RestAccessLogs" {
		t.Errorf("logged to %s", r.logs.group)
	}
}

func TestRequestsAreRefusedAsAPIGatewayDoes(t *testing.T) {
	r := deployReal(t, oracle.Host())
	key := []string{"X-Api-Key", r.secret}
	for _, c := range []struct {
		name, method, path, body string
		header                   []string
		status                   int
		want, errorType          string
	}{
		{"without a key", "POST", "/v1/jobs", job, nil, 403, `{"message":"Forbidden"}`, "ForbiddenException"},
		{"with another key", "POST", "/v1/jobs", job, []string{"X-Api-Key", "x"}, 403, `{"message":"Forbidden"}`, "ForbiddenException"},
		{"an unknown path", "POST", "/v2", job, key, 403, `{"message":"Missing Authentication Token"}`, "MissingAuthenticationTokenException"},
		{"an unknown method", "GET", "/v1/jobs", "", key, 403, `{"message":"Missing Authentication Token"}`, "MissingAuthenticationTokenException"},
		{"no JSON", "POST", "/v1/jobs", "{", key, 400, `{"message":"Invalid request body"}`, "BadRequestException"},
		{"a wrong kind", "POST", "/v1/jobs", strings.Replace(job, "chat", "fly", 1), key, 400, `{"message":"Invalid request body"}`, "BadRequestException"},
		{"one member more", "POST", "/v1/jobs", strings.Replace(job, `"kind"`, `"a":1,"kind"`, 1), key, 400, `{"message":"Invalid request body"}`, "BadRequestException"},
		{"another type", "POST", "/v1/jobs", job, append(key, "Content-Type", "text/plain"), 415, `{"message":"Unsupported Media Type"}`, "UnsupportedMediaTypeException"},
		{"more than 10 MB", "POST", "/v1/jobs", strings.Repeat(" ", 10<<20) + job, key, 413, `{"message":"Request Too Long"}`, "RequestTooLargeException"},
	} {
		response, body := r.ask(t, c.method, c.path, c.body, c.header...)
		if response.StatusCode != c.status || body != c.want || response.Header.Get("X-Amzn-Errortype") != c.errorType {
			t.Errorf("%s: %d %s %v", c.name, response.StatusCode, body, response.Header)
		}
	}
	if len(r.queues.bodies) > 0 {
		t.Errorf("the queue got %s", r.queues.bodies)
	}
	request := httptest.NewRequest("GET", wire.LocalEndpoint+"/_aws/execute-api/unknown/dev/v1", nil)
	if r.ServeExecute(httptest.NewRecorder(), request) {
		t.Error("an API that does not exist was served")
	}
}

func TestWhatTheQueueRefusesIsTheCallersFaultOnlyWhenTooLong(t *testing.T) {
	r := deployReal(t, oracle.Host())
	for _, c := range []struct {
		err    error
		status int
		want   string
	}{
		{&wire.Error{Code: "InvalidParameterValue", Message: "too long"}, 413, "The body is too long for the queue"},
		{&sqstypes.QueueDoesNotExist{}, 502, "The queue did not take the message"},
		{errors.New("broken"), 502, "The queue did not take the message"},
	} {
		r.queues.fail = c.err
		response, body := r.ask(t, "POST", "/v1/leads", `{"version":1,"leadId":"l","toolId":"t","email":"a@b.c"}`, "X-Api-Key", r.secret)
		var answer map[string]string
		if err := json.Unmarshal([]byte(body), &answer); err != nil || response.StatusCode != c.status || answer["message"] != c.want || answer["requestId"] != response.Header.Get("X-Amzn-Requestid") {
			t.Errorf("%v: %d %s %v", c.err, response.StatusCode, body, err)
		}
	}
}

func TestPreflightsAreAnsweredForKnownOrigins(t *testing.T) {
	r := deployReal(t, oracle.Host())
	for origin, want := range map[string]string{"http://localhost:3000": "http://localhost:3000", "https://app.example.com": "https://app.example.com", "http://localhost": "", "https://evil.example": ""} {
		response, body := r.ask(t, "OPTIONS", "/v1/jobs", "", "Origin", origin, "Access-Control-Request-Method", "POST")
		if response.StatusCode != 204 || body != "" || response.Header.Get("Access-Control-Allow-Origin") != want || response.Header.Get("Access-Control-Allow-Headers") != "Content-Type,X-Api-Key" {
			t.Errorf("%s: %d %q %v", origin, response.StatusCode, body, response.Header)
		}
	}
}

func TestMetricsSayWhatHappened(t *testing.T) {
	r := deployReal(t, oracle.Host())
	r.ask(t, "POST", "/v1/jobs", job, "X-Api-Key", r.secret)
	r.ask(t, "POST", "/v1/jobs", job)
	sums := map[string]float64{}
	for _, d := range r.data {
		key := d.Name
		for _, dimension := range d.Dimensions {
			key += " " + dimension.Name + "=" + dimension.Value
		}
		sums[key] += d.Value
	}
	for key, want := range map[string]float64{
		"Count ApiName=keyvex-rest-test": 2, "4XXError ApiName=keyvex-rest-test Stage=dev": 1, "5XXError ApiName=keyvex-rest-test": 0,
		"Count ApiName=keyvex-rest-test Method=POST Resource=/v1/jobs Stage=dev": 2,
	} {
		if got, ok := sums[key]; !ok || got != want {
			t.Errorf("%s is %v (there: %v) of %v", key, got, ok, sums)
		}
	}
}

// plans are the usage plans' properties by id.
func (r *real) plans(t *testing.T) map[string]map[string]any {
	t.Helper()
	plans, err := r.GetUsagePlans(t.Context(), &apigateway.GetUsagePlansInput{})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]any{}
	for _, plan := range plans.Items {
		out[*plan.Id], _, _ = r.stack.Type("AWS::ApiGateway::UsagePlan").Read(t.Context(), *plan.Id)
	}
	return out
}

func (r *real) changePlan(t *testing.T, id string, properties map[string]any) {
	t.Helper()
	request := resource.Request{PhysicalID: id, LogicalID: "Plan", Properties: properties, Previous: properties}
	if _, err := r.stack.Type("AWS::ApiGateway::UsagePlan").Update(t.Context(), request); err != nil {
		t.Fatal(err)
	}
}
