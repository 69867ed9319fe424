package apigatewayv2

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// event is what a handler is told (API Gateway Developer Guide, "WebSocket API
// mapping template reference" and "Set up a route using API Gateway").
type event struct {
	service    *Service
	connection *connection
	requestID  string
	at         time.Time
	// integration is how long the handler took; it is negative without one.
	integration time.Duration
	// variables are $context in the access log, by name.
	variables map[string]string

	Headers                         map[string]string   `json:"headers,omitempty"`
	MultiValueHeaders               map[string][]string `json:"multiValueHeaders,omitempty"`
	QueryStringParameters           map[string]string   `json:"queryStringParameters,omitempty"`
	MultiValueQueryStringParameters map[string][]string `json:"multiValueQueryStringParameters,omitempty"`
	StageVariables                  map[string]string   `json:"stageVariables,omitempty"`
	RequestContext                  requestContext      `json:"requestContext"`
	Body                            *string             `json:"body,omitempty"`
	IsBase64Encoded                 bool                `json:"isBase64Encoded"`
}

type requestContext struct {
	RouteKey             string   `json:"routeKey"`
	MessageID            string   `json:"messageId,omitempty"`
	DisconnectStatusCode int      `json:"disconnectStatusCode,omitempty"`
	EventType            string   `json:"eventType"`
	ExtendedRequestID    string   `json:"extendedRequestId"`
	RequestTime          string   `json:"requestTime"`
	MessageDirection     string   `json:"messageDirection"`
	DisconnectReason     *string  `json:"disconnectReason,omitempty"`
	Stage                string   `json:"stage"`
	ConnectedAt          int64    `json:"connectedAt"`
	RequestTimeEpoch     int64    `json:"requestTimeEpoch"`
	Identity             identity `json:"identity"`
	RequestID            string   `json:"requestId"`
	DomainName           string   `json:"domainName"`
	ConnectionID         string   `json:"connectionId"`
	APIID                string   `json:"apiId"`
}

type identity struct {
	UserAgent string `json:"userAgent,omitempty"`
	SourceIP  string `json:"sourceIp"`
}

// requestTime is CLF's.
const requestTime = "02/Jan/2006:15:04:05 -0700"

func (s *Service) newEvent(c *connection, routeKey string) *event {
	now := s.host.Clock.Now().UTC()
	id := s.host.ID(host.MixedID, 15) + "="
	stage, _ := s.stages.Get(c.api + "/" + c.stage)
	e := &event{
		service: s, connection: c, requestID: id, at: now, integration: -1, StageVariables: stage.Properties.StageVariables,
		RequestContext: requestContext{
			RouteKey: routeKey, EventType: "MESSAGE", ExtendedRequestID: id, RequestTime: now.Format(requestTime), MessageDirection: "IN",
			Stage: c.stage, ConnectedAt: c.connected.UnixMilli(), RequestTimeEpoch: now.UnixMilli(), Identity: identity{c.userAgent, c.sourceIP},
			RequestID: id, DomainName: c.api + ".execute-api." + s.host.Region + ".amazonaws.com", ConnectionID: c.id, APIID: c.api,
		},
	}
	switch routeKey {
	case connectRoute:
		e.RequestContext.EventType = "CONNECT"
	case disconnectRoute:
		e.RequestContext.EventType = "DISCONNECT"
	}
	e.variables = map[string]string{
		"requestId": id, "extendedRequestId": id, "requestTime": e.RequestContext.RequestTime, "requestTimeEpoch": strconv.FormatInt(now.UnixMilli(), 10),
		"eventType": e.RequestContext.EventType, "routeKey": routeKey, "connectionId": c.id, "apiId": c.api, "stage": c.stage,
		"connectedAt": strconv.FormatInt(c.connected.UnixMilli(), 10), "identity.sourceIp": c.sourceIP, "identity.userAgent": c.userAgent,
		"domainName": e.RequestContext.DomainName, "messageDirection": "IN",
	}
	return e
}

// describeRequest brings what the client sent with its request to connect.
func (e *event) describeRequest(r *http.Request) {
	headers := r.Header.Clone()
	headers.Set("Host", r.Host)
	e.MultiValueHeaders, e.MultiValueQueryStringParameters = headers, r.URL.Query()
	e.Headers, e.QueryStringParameters = lastOf(headers), lastOf(r.URL.Query())
}

func lastOf(all map[string][]string) map[string]string {
	out := make(map[string]string, len(all))
	for name, values := range all {
		if len(values) > 0 {
			out[name] = values[len(values)-1]
		}
	}
	return out
}

func (e *event) describeMessage(body []byte, binary bool) {
	text := string(body)
	if binary {
		text, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	e.Body, e.RequestContext.MessageID = &text, e.service.host.ID(host.MixedID, 15)+"="
	e.variables["messageId"] = e.RequestContext.MessageID
}

func (e *event) describeEnd(closed websocket.CloseError) {
	e.RequestContext.DisconnectStatusCode, e.RequestContext.DisconnectReason = int(closed.Code), &closed.Reason
	e.Headers = map[string]string{"Host": e.RequestContext.DomainName, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""}
	e.MultiValueHeaders = map[string][]string{}
	for name, v := range e.Headers {
		e.MultiValueHeaders[name] = []string{v}
	}
}

// complaint is the message that API Gateway itself sends to a client.
func (e *event) complaint(message string) []byte {
	quote := func(s string) string {
		text, _ := json.Marshal(s) // a string always encodes
		return string(text)
	}
	return []byte(strings.Join([]string{
		`{"message": ` + quote(message), `"connectionId":` + quote(e.connection.id), `"requestId":` + quote(e.requestID) + `}`,
	}, ", "))
}
