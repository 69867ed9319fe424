// Package websockethandler answers the WebSocket API's routes: $connect,
// $disconnect and $default. docs/socket.md is the protocol.
package websockethandler

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/emf"
	"github.com/keyvex/keyvex/lambdas/store"
)

// The WebSocket API's routes.
const (
	routeConnect    = "$connect"
	routeDisconnect = "$disconnect"
	routeDefault    = "$default"
)

// lifetime is how long a connection is kept in the table: API Gateway ends one
// after two hours, and its $disconnect may get lost.
const lifetime = 2*time.Hour + 10*time.Minute

// Verify decides from a session token who connects. Its error never quotes the token.
type Verify func(ctx context.Context, token string) (user string, err error)

// Table is what is needed of the table.
type Table interface {
	PutConnection(ctx context.Context, c store.Connection) error
	DeleteConnection(ctx context.Context, id string) error
	Connection(ctx context.Context, id string) (store.Connection, error)
	Subscribe(ctx context.Context, id, topic string) error
	Unsubscribe(ctx context.Context, id, topic string) error
	Session(ctx context.Context, id string) (store.Session, error)
}

// Handler answers one event of the WebSocket API.
type Handler struct {
	Log   *slog.Logger
	Table Table
	Clock clock.Clock
	// Verify is asked at $connect. Without one only the debug user may connect.
	Verify Verify
	// DebugUser is whom a connection without a token belongs to, empty to refuse it.
	// A tier other than development refuses it in any case.
	DebugUser string
	Tier      platform.Tier
	Metrics   *emf.Writer
}

// Handle answers $connect with 200, or with 401 to a client that may not connect.
// Of the answers only those to messages reach the client as more than a status: one
// JSON object with a "type". Neither tokens nor what messages hold is logged.
func (h Handler) Handle(ctx context.Context, event events.APIGatewayWebsocketProxyRequest) (events.APIGatewayProxyResponse, error) {
	id := event.RequestContext.ConnectionID
	log := h.Log.With("route", event.RequestContext.RouteKey, "connectionId", id, "requestId", event.RequestContext.RequestID)
	log.Info("event received")
	switch event.RequestContext.RouteKey {
	case routeConnect:
		return h.connect(ctx, log, id, event.QueryStringParameters["token"])
	case routeDisconnect:
		return h.disconnect(ctx, log, id)
	case routeDefault:
		return h.message(ctx, log, id, event.Body), nil
	}
	log.Error("unknown route")
	return status(http.StatusBadRequest), nil
}

func (h Handler) connect(ctx context.Context, log *slog.Logger, id, token string) (events.APIGatewayProxyResponse, error) {
	user, err := h.user(ctx, token)
	if err != nil {
		log.Warn("connection refused", "reason", err)
		h.Metrics.Put(h.Clock.Now(), nil, emf.Count(platform.SocketRefusals, 1))
		return status(http.StatusUnauthorized), nil
	}
	now := h.Clock.Now()
	err = h.Table.PutConnection(ctx, store.Connection{ID: id, UserID: user, ConnectedAt: now, ExpiresAt: now.Add(lifetime)})
	if err != nil {
		return events.APIGatewayProxyResponse{}, fmt.Errorf("store the connection: %w", err)
	}
	log.Info("connection accepted")
	h.Metrics.Put(now, nil, emf.Count(platform.SocketConnections, 1))
	return status(http.StatusOK), nil
}

// disconnect is best effort for API Gateway, so the table's TTL does the rest.
func (h Handler) disconnect(ctx context.Context, log *slog.Logger, id string) (events.APIGatewayProxyResponse, error) {
	if err := h.Table.DeleteConnection(ctx, id); err != nil {
		return events.APIGatewayProxyResponse{}, fmt.Errorf("remove the connection: %w", err)
	}
	log.Info("connection closed")
	return status(http.StatusOK), nil
}

func status(code int) events.APIGatewayProxyResponse {
	return events.APIGatewayProxyResponse{StatusCode: code}
}
