// Package websockethandler answers the WebSocket API's routes: $connect,
// $disconnect and $default.
package websockethandler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
)

// The WebSocket API's routes.
const (
	routeConnect    = "$connect"
	routeDisconnect = "$disconnect"
	routeDefault    = "$default"
)

// maxMessage is the largest message that API Gateway passes on, in bytes.
const maxMessage = 128 * 1024

// Verify decides from the query's token whether a client may connect, and as whom.
type Verify func(ctx context.Context, token string) (user string, err error)

// Handler answers one event of the WebSocket API.
type Handler struct {
	Log *slog.Logger
	// Verify is asked at $connect. Without one nobody may connect.
	Verify Verify
}

// Handle answers with 200, with 401 to a client that may not connect, and with 400
// to a message that it cannot read. Of the answers only those to messages reach the
// client as more than a status: one JSON object with a "type". Neither tokens nor
// what messages hold is logged.
func (h Handler) Handle(ctx context.Context, event events.APIGatewayWebsocketProxyRequest) (events.APIGatewayProxyResponse, error) {
	log := h.Log.With(
		"route", event.RequestContext.RouteKey,
		"connectionId", event.RequestContext.ConnectionID,
		"requestId", event.RequestContext.RequestID,
	)
	log.Info("event received")
	switch event.RequestContext.RouteKey {
	case routeConnect:
		return h.connect(ctx, log, event.QueryStringParameters["token"]), nil
	case routeDisconnect:
		log.Info("connection closed")
		return status(http.StatusOK), nil
	case routeDefault:
		return message(log, event.Body), nil
	}
	log.Error("unknown route")
	return status(http.StatusBadRequest), nil
}

func (h Handler) connect(ctx context.Context, log *slog.Logger, token string) events.APIGatewayProxyResponse {
	if h.Verify == nil {
		log.Warn("connection refused", "reason", "this build verifies no session tokens")
		return status(http.StatusUnauthorized)
	}
	if token == "" {
		log.Warn("connection refused", "reason", "no token")
		return status(http.StatusUnauthorized)
	}
	user, err := h.Verify(ctx, token)
	if err != nil {
		log.Warn("connection refused", "reason", err)
		return status(http.StatusUnauthorized)
	}
	log.Info("connection accepted", "user", user)
	return status(http.StatusOK)
}

// request is what a client sends over the socket.
type request struct {
	Action string `json:"action"`
}

// reply is what goes back over the socket.
type reply struct {
	Type    string `json:"type"`
	Message string `json:"message,omitempty"`
}

func message(log *slog.Logger, body string) events.APIGatewayProxyResponse {
	in, err := decode(body)
	if err != nil {
		log.Warn("message refused", "reason", err)
		return answer(http.StatusBadRequest, reply{Type: "error", Message: err.Error()})
	}
	log.Info("message answered", "action", in.Action)
	return answer(http.StatusOK, reply{Type: "pong"})
}

func decode(body string) (request, error) {
	var in request
	if len(body) > maxMessage {
		return in, fmt.Errorf("the message has %d bytes, at most %d are read", len(body), maxMessage)
	}
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		return in, errors.New("the message is no JSON object with an action")
	}
	if in.Action != "ping" {
		return in, errors.New("the action is unknown")
	}
	return in, nil
}

func status(code int) events.APIGatewayProxyResponse {
	return events.APIGatewayProxyResponse{StatusCode: code}
}

func answer(code int, r reply) events.APIGatewayProxyResponse {
	body, _ := json.Marshal(r) // two texts always encode
	return events.APIGatewayProxyResponse{StatusCode: code, Body: string(body)}
}
