package apigatewayv2_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	management "github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/coder/websocket"

	service "github.com/keyvex/keyvex/internal/sandbox/apigatewayv2"
	"github.com/keyvex/keyvex/internal/sandbox/clocks"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// account is API Gateway's REST half.
type account struct {
	mu    sync.Mutex
	full  bool
	lines []string
}

func (*account) LogsRole() string { return "arn:aws:iam::123456789012:role/logs" }

func (a *account) Admit(string, float64, int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return !a.full
}

func (a *account) fill() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.full = true
}

func (a *account) LogAccess(_, format string, variable func(string) string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var line []string
	for name := range strings.FieldsSeq(format) {
		line = append(line, variable(strings.TrimPrefix(name, "$context.")))
	}
	a.lines = append(a.lines, strings.Join(line, " "))
}

// written are the access log's lines so far; a socket's end writes one at any time.
func (a *account) written() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.lines)
}

// handler is the function behind the routes.
type handler struct {
	mu     sync.Mutex
	events []map[string]any
	answer func(event map[string]any) (string, error)
}

func (h *handler) Invoke(_ context.Context, in *lambda.InvokeInput) (*lambda.InvokeOutput, error) {
	var event map[string]any
	if err := json.Unmarshal(in.Payload, &event); err != nil {
		return nil, err
	}
	if !strings.HasSuffix(*in.FunctionName, ":function:handler") {
		return nil, errors.New("no function " + *in.FunctionName)
	}
	h.mu.Lock()
	h.events = append(h.events, event)
	answer := h.answer
	h.mu.Unlock()
	if answer == nil {
		return &lambda.InvokeOutput{Payload: []byte(`{"statusCode":200}`)}, nil
	}
	text, err := answer(event)
	if err != nil {
		return &lambda.InvokeOutput{FunctionError: new("Unhandled"), Payload: []byte(`{"errorMessage":"x"}`)}, nil
	}
	return &lambda.InvokeOutput{Payload: []byte(text)}, nil
}

func (h *handler) say(answer func(map[string]any) (string, error)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = answer
}

// context gives the requestContext of the n-th event, once it has come.
func (h *handler) context(t *testing.T, n int) map[string]any {
	t.Helper()
	for range 500 {
		h.mu.Lock()
		if len(h.events) > n {
			defer h.mu.Unlock()
			return h.events[n]["requestContext"].(map[string]any)
		}
		h.mu.Unlock()
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("event %d did not come", n)
	return nil
}

// world is a WebSocket API behind a real socket.
type world struct {
	*service.Service
	handler *handler
	account *account
	clock   *clocks.Offset
	server  *httptest.Server
	id      string
	mu      sync.Mutex
	metrics map[string]float64
}

func serve(t *testing.T, keys ...string) *world {
	t.Helper()
	w := &world{handler: &handler{}, account: &account{}, metrics: map[string]float64{}}
	h := oracle.Host()
	w.clock = clocks.NewOffset(h.Clock)
	h.Clock, h.Random = w.clock, rand.Reader // many connections draw at the same time
	h.Meter = func(data ...host.Datum) {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, d := range data {
			if len(d.Dimensions) == 2 {
				w.metrics[d.Name] += d.Value
			}
		}
	}
	w.Service = service.New(h, w.account, w.handler)
	stack := oracle.NewStack(t, w.Resources())
	w.id = stack.Create("AWS::ApiGatewayV2::Api", "Api", api).PhysicalID
	integration := stack.Create("AWS::ApiGatewayV2::Integration", "I", fmt.Sprintf(`{"ApiId":%q,"IntegrationType":"AWS_PROXY",
		"IntegrationUri":"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:handler/invocations"}`, w.id)).PhysicalID
	if keys == nil {
		keys = []string{"$connect", "$disconnect", "$default"}
	}
	for _, key := range keys {
		response := ""
		if key == "$default" {
			response = `"RouteResponseSelectionExpression":"$default",`
		}
		route := stack.Create("AWS::ApiGatewayV2::Route", key, fmt.Sprintf(`{"ApiId":%q,"RouteKey":%q,%s"Target":"integrations/%s"}`, w.id, key, response, integration)).PhysicalID
		if response != "" {
			stack.Create("AWS::ApiGatewayV2::RouteResponse", "R", fmt.Sprintf(`{"ApiId":%q,"RouteId":%q,"RouteResponseKey":"$default"}`, w.id, route))
		}
	}
	stack.Create("AWS::ApiGatewayV2::Stage", "Stage", fmt.Sprintf(`{"ApiId":%q,"StageName":"dev","AutoDeploy":true,"AccessLogSettings":{"DestinationArn":"arn:aws:logs:us-east-1:123456789012:log-group:l",
		"Format":"$context.eventType $context.routeKey $context.status $context.integration.status $context.error.message"}}`, w.id))
	router := &wire.Router{Fallback: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if !w.ServeExecute(rw, r) {
			http.NotFound(rw, r)
		}
	})}
	router.Add(w.Management())
	w.server = httptest.NewServer(router)
	t.Cleanup(func() {
		w.Close()
		w.server.Close()
	})
	return w
}

func (w *world) base() string { return w.server.URL + "/_aws/execute-api/" + w.id + "/dev" }

// dial connects as a browser's page does.
func (w *world) dial(t *testing.T, query string) *websocket.Conn {
	t.Helper()
	c, response, err := websocket.Dial(t.Context(), w.base()+query, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {"http://localhost:3000"}, "User-Agent": {"test"}}})
	if err != nil {
		t.Fatalf("%v %v", err, response)
	}
	c.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = c.CloseNow() })
	return c
}

func read(t *testing.T, c *websocket.Conn) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	_, body, err := c.Read(ctx)
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return string(body)
}

func write(t *testing.T, c *websocket.Conn, text string) {
	t.Helper()
	if err := c.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

// The shapes of the events are those of the API Gateway Developer Guide.
func TestHandlersAreToldAsByAPIGateway(t *testing.T) {
	w := serve(t)
	w.handler.say(func(event map[string]any) (string, error) {
		return fmt.Sprintf(`{"statusCode":200,"body":"echo %v"}`, event["body"]), nil
	})
	c := w.dial(t, "?token=a%20b&x=1&x=2")
	write(t, c, "hello")
	if got := read(t, c); got != "echo hello" {
		t.Errorf("the handler's body came back as %s", got)
	}
	_ = c.Close(4001, "bye")
	ended := w.handler.context(t, 2)
	if ended["eventType"] != "DISCONNECT" || ended["routeKey"] != "$disconnect" || ended["disconnectStatusCode"] != 4001.0 || ended["disconnectReason"] != "bye" {
		t.Errorf("the end is told as %v", ended)
	}
	connect, message := w.handler.events[0], w.handler.events[1]
	query, multi := connect["queryStringParameters"].(map[string]any), connect["multiValueQueryStringParameters"].(map[string]any)
	if query["token"] != "a b" || query["x"] != "2" || fmt.Sprint(multi["x"]) != "[1 2]" || connect["headers"].(map[string]any)["Origin"] != "http://localhost:3000" || connect["body"] != nil {
		t.Errorf("connecting is told as %v", connect)
	}
	began, said := w.handler.context(t, 0), w.handler.context(t, 1)
	if began["eventType"] != "CONNECT" || said["eventType"] != "MESSAGE" || said["routeKey"] != "$default" || message["body"] != "hello" || message["isBase64Encoded"] != false || message["headers"] != nil {
		t.Errorf("told %v %v", began, message)
	}
	id := began["connectionId"].(string)
	if !regexp.MustCompile(`^[A-Za-z0-9]{15}=$`).MatchString(id) || said["connectionId"] != id || ended["connectionId"] != id {
		t.Errorf("the connection is %s", id)
	}
	for _, name := range []string{"requestId", "requestTime", "requestTimeEpoch", "connectedAt", "domainName", "stage", "apiId", "messageId", "extendedRequestId", "messageDirection"} {
		if said[name] == nil {
			t.Errorf("a message has no %s: %v", name, said)
		}
	}
	if source := began["identity"].(map[string]any)["sourceIp"]; source != "127.0.0.1" {
		t.Errorf("the source is %v", source)
	}
}

func TestTheHandlerDecidesWhoConnects(t *testing.T) {
	w := serve(t)
	for status, want := range map[string]int{`{"statusCode":401}`: 401, `{"statusCode":403}`: 403, `{}`: 502, `"x"`: 502, `fail`: 502} {
		w.handler.say(func(map[string]any) (string, error) {
			if status == "fail" {
				return "", errors.New("broken")
			}
			return status, nil
		})
		_, response, err := websocket.Dial(t.Context(), w.base(), nil)
		if err == nil || response == nil || response.StatusCode != want {
			t.Errorf("%s: %v %v", status, response, err)
		}
	}
	w.account.fill()
	if _, response, _ := websocket.Dial(t.Context(), w.base(), nil); response.StatusCode != 429 {
		t.Errorf("throttled: %v", response)
	}
	if _, response, _ := websocket.Dial(t.Context(), strings.TrimSuffix(w.base(), "dev")+"prod", nil); response.StatusCode != 403 {
		t.Errorf("an unknown stage: %v", response)
	}
	if response, _ := http.Get(w.base()); response.StatusCode != 426 {
		t.Errorf("without an upgrade: %v", response.Status)
	}
	for _, e := range w.handler.events {
		if kind := e["requestContext"].(map[string]any)["eventType"]; kind != "CONNECT" {
			t.Errorf("a refused client caused %v", kind)
		}
	}
}

func TestMessagesGoByTheRouteSelectionExpression(t *testing.T) {
	w := serve(t, "$connect", "$default", "subscribe")
	w.handler.say(func(event map[string]any) (string, error) {
		return fmt.Sprintf(`{"statusCode":200,"body":"%v"}`, event["requestContext"].(map[string]any)["routeKey"]), nil
	})
	c := w.dial(t, "")
	write(t, c, `{"action":"subscribe"}`) // one-way: nothing comes back
	for _, body := range []string{`{"action":"$connect"}`, `{"action":7}`, `{}`, `no JSON`} {
		write(t, c, body)
		if got := read(t, c); got != "$default" {
			t.Errorf("%s went to %s", body, got)
		}
	}
	if key := w.handler.context(t, 1)["routeKey"]; key != "subscribe" {
		t.Errorf("the first went to %v", key)
	}
}

func TestFailuresAreToldToTheClient(t *testing.T) {
	w := serve(t, "$connect", "subscribe")
	c := w.dial(t, "")
	id := w.handler.context(t, 0)["connectionId"]
	var told map[string]string
	write(t, c, `{"action":"x"}`)
	if err := json.Unmarshal([]byte(read(t, c)), &told); err != nil || told["message"] != "Forbidden" || told["connectionId"] != id || told["requestId"] == "" {
		t.Errorf("an unknown route: %v %v", told, err)
	}
	w.handler.say(func(map[string]any) (string, error) { return "", errors.New("broken") })
	write(t, c, `{"action":"subscribe"}`)
	if got := read(t, c); !regexp.MustCompile(`^\{"message": "Internal server error", "connectionId":"[^"]+", "requestId":"[^"]+"\}$`).MatchString(got) {
		t.Errorf("a failed handler: %s", got)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.metrics["ClientError"] != 1 || w.metrics["IntegrationError"] != 1 || w.metrics["ConnectCount"] != 1 || w.metrics["MessageCount"] < 2 {
		t.Errorf("the metrics are %v", w.metrics)
	}
	if want := []string{"CONNECT $connect 200 200 ", "MESSAGE $default 403  Forbidden", "MESSAGE subscribe 502  Internal server error"}; !slices.Equal(w.account.written(), want) {
		t.Errorf("the access log is %q", w.account.written())
	}
}

// closed waits for the server's close and gives its code.
func closed(t *testing.T, c *websocket.Conn) websocket.StatusCode {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		if _, _, err := c.Read(ctx); err != nil {
			return websocket.CloseStatus(err)
		}
	}
}

func TestTooLongMessagesAndFramesEndTheConnection(t *testing.T) {
	w := serve(t)
	w.handler.say(func(event map[string]any) (string, error) {
		body, _ := event["body"].(string)
		return fmt.Sprintf(`{"statusCode":200,"body":"%d"}`, len(body)), nil
	})
	c := w.dial(t, "")
	write(t, c, strings.Repeat("x", 32<<10))
	if got := read(t, c); got != "32768" {
		t.Errorf("a frame of 32 kB: %s", got)
	}
	parts, err := c.Writer(t.Context(), websocket.MessageText)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 { // coder/websocket sends each Write as frames of its buffer's size
		_, _ = parts.Write([]byte(strings.Repeat("y", 20<<10)))
	}
	_ = parts.Close()
	if got := read(t, c); got != "102400" {
		t.Errorf("100 kB in frames: %s", got)
	}
	write(t, c, strings.Repeat("x", 32<<10+1))
	if code := closed(t, c); code != websocket.StatusMessageTooBig {
		t.Errorf("a frame of more than 32 kB ends with %d", code)
	}
	if code := w.handler.context(t, 3)["disconnectStatusCode"]; code != 1009.0 {
		t.Errorf("the handler hears of %v", code)
	}
	c = w.dial(t, "")
	parts, _ = c.Writer(t.Context(), websocket.MessageText)
	for range 7 {
		_, _ = parts.Write([]byte(strings.Repeat("y", 20<<10)))
	}
	_ = parts.Close()
	if code := closed(t, c); code != websocket.StatusMessageTooBig {
		t.Errorf("140 kB in frames end with %d", code)
	}
}

func TestIdleAndOldConnectionsAreClosed(t *testing.T) {
	w := serve(t)
	c := w.dial(t, "")
	w.handler.context(t, 0)
	w.clock.Advance(9 * time.Minute)
	write(t, c, "awake")
	w.handler.context(t, 1)
	go w.clock.Advance(9 * time.Minute)
	time.Sleep(50 * time.Millisecond)
	write(t, c, "still")
	w.handler.context(t, 2)
	go w.clock.Advance(10*time.Minute + time.Second)
	if code := closed(t, c); code != websocket.StatusGoingAway {
		t.Errorf("an idle connection ends with %d", code)
	}
	ended := w.handler.context(t, 3)
	if ended["disconnectStatusCode"] != 1001.0 || ended["disconnectReason"] != "Going away" {
		t.Errorf("the handler hears of %v", ended)
	}
}

func TestAClientThatVanishesIsDisconnected(t *testing.T) {
	w := serve(t)
	c := w.dial(t, "")
	w.handler.context(t, 0)
	_ = c.CloseNow()
	if ended := w.handler.context(t, 1); ended["eventType"] != "DISCONNECT" || ended["disconnectStatusCode"] != 1006.0 {
		t.Errorf("told %v", ended)
	}
}

func TestConnectionsEndWithTheSandbox(t *testing.T) {
	w := serve(t)
	var all []*websocket.Conn
	for range 200 {
		all = append(all, w.dial(t, ""))
	}
	codes := make(chan websocket.StatusCode, len(all))
	for _, c := range all {
		go func() { codes <- closed(t, c) }()
	}
	begun := time.Now()
	w.Close()
	for range all {
		if code := <-codes; code != websocket.StatusGoingAway {
			t.Errorf("a connection ended with %d", code)
		}
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("ending took %v", took)
	}
	if _, response, err := websocket.Dial(t.Context(), w.base(), nil); err == nil || response.StatusCode != 503 {
		t.Errorf("after the end: %v", response)
	}
}

// client is the SDK's, at the stage's address.
func (w *world) client() *management.Client {
	c := oracle.Config()
	return management.New(management.Options{Region: c.Region, Credentials: c.Credentials, BaseEndpoint: new(w.base()), HTTPClient: http.DefaultClient})
}
