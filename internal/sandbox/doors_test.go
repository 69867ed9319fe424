package sandbox

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	awsgateway "github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/coder/websocket"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
)

// doors is the estate behind a socket, as an application's developer meets it.
func doors(t *testing.T) *estate {
	t.Helper()
	return served(t, runner.InProcess{}, func(*estate) {})
}

// served deploys the estate behind a socket after it has been prepared. Without a
// runner its functions are processes.
func served(t *testing.T, functions runner.Runner, prepare func(*estate)) *estate {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	e := newEstate(t, Options{Folder: t.TempDir(), Endpoint: "http://" + listener.Addr().String(), Sockets: true, Functions: functions}, platform.Development)
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: e.Handler()}}
	server.Start()
	t.Cleanup(func() {
		_ = e.Close()
		server.Close()
	})
	e.parameters = map[string]string{"CorsOrigins": "http://localhost:3000,https://app.example.com"}
	e.bootstrap()
	prepare(e)
	e.deploy()
	return e
}

// published is a parameter that one stack tells the others.
func (e *estate) published(what platform.Contract) string {
	e.t.Helper()
	text, ok := e.parameter(e.t.Context(), e.env.ParameterName(what), 0)
	if !ok {
		e.t.Fatalf("%s is not published", what)
	}
	return text
}

func (e *estate) request(method, url string, body []byte, header ...string) (int, string, http.Header) {
	e.t.Helper()
	request, err := http.NewRequestWithContext(e.t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		e.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		e.t.Fatal(err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(text), response.Header
}

func TestTheApplicationReachesWhatTheStacksPublish(t *testing.T) {
	e := doors(t)
	endpoint := e.published(platform.RESTEndpoint)
	if !strings.HasPrefix(endpoint, e.options.Endpoint+"/_aws/execute-api/") {
		t.Fatalf("the REST API is published at %s", endpoint)
	}
	keys, err := e.APIGateway.GetApiKeys(t.Context(), &awsgateway.GetApiKeysInput{IncludeValues: new(true)})
	if err != nil {
		t.Fatal(err)
	}
	key := *keys.Items[0].Value
	lead := []byte(`{"version":1,"leadId":"l","toolId":"t","email":"a@b.c"}`)
	long := []byte(`{"version":1,"leadId":"l","toolId":"t","email":"a@b.c","answers":{"a":"` + strings.Repeat("x", 1<<20) + `"}}`)
	for _, c := range []struct {
		name   string
		body   []byte
		header []string
		status int
		want   string
	}{
		{"a lead", lead, []string{"X-Api-Key", key}, 202, `{"messageId":"`},
		{"a lead of the application's page", lead, []string{"X-Api-Key", key, "Origin", "https://app.example.com"}, 202, `{"messageId":"`},
		{"more than SQS takes", long, []string{"X-Api-Key", key}, 413, "The body is too long for the queue"},
		{"a lead of another page", lead, []string{"X-Api-Key", key, "Origin", "https://evil.example"}, 403, "answers no pages"},
		{"without a key", lead, nil, 403, `{"message":"Forbidden"}`},
	} {
		if status, body, _ := e.request("POST", endpoint+"/v1/leads", c.body, c.header...); status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d %s", c.name, status, body)
		}
	}
	lines, err := e.Logs.FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: new(e.env.RESTLogGroup())})
	if err != nil || len(lines.Events) != 4 || !strings.Contains(*lines.Events[0].Message, `"status":"202"`) {
		t.Errorf("the access log is %+v %v", lines, err)
	}
}

func TestBrowsersReachTheSocketAndTheCDN(t *testing.T) {
	e := doors(t)
	socket := e.published(platform.WebSocketEndpoint)
	if !strings.HasPrefix(socket, "ws"+strings.TrimPrefix(e.options.Endpoint, "http")+"/_aws/execute-api/") {
		t.Fatalf("the WebSocket API is published at %s", socket)
	}
	// The estate ships empty zips: who gets in meets a handler that fails.
	for origin, want := range map[string]int{"http://localhost:3000": 502, "http://localhost:8080": 403, "https://evil.example": 403} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		_, response, err := websocket.Dial(ctx, socket, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {origin}}})
		if response == nil || response.StatusCode != want {
			t.Errorf("%s: %v %v", origin, response, err)
		}
		cancel()
	}
	client := awss3.NewFromConfig(e.SDKConfig(), func(o *awss3.Options) { o.UsePathStyle = true })
	bucket := e.env.BucketName(platform.PublicAssets, DefaultAccount)
	if _, err := client.PutObject(t.Context(), &awss3.PutObjectInput{Bucket: &bucket, Key: new("logo.svg"), Body: strings.NewReader("<svg/>"), ContentType: new("image/svg+xml")}); err != nil {
		t.Fatal(err)
	}
	domain := e.published(platform.CDNDomain)
	status, body, header := e.request("GET", "http://"+domain+"/logo.svg", nil, "Origin", "http://localhost:3000")
	if status != 200 || body != "<svg/>" || header.Get("Content-Type") != "image/svg+xml" || header.Get("Content-Security-Policy") != "script-src 'none'" ||
		header.Get("Access-Control-Allow-Origin") != "http://localhost:3000" {
		t.Errorf("the CDN gives %d %s %v", status, body, header)
	}
	if status, _, _ := e.request("GET", "http://"+domain+"/none", nil); status != 403 {
		t.Errorf("what is missing gives %d", status)
	}
}
