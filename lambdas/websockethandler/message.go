package websockethandler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/keyvex/keyvex/internal/lazy"
	"github.com/keyvex/keyvex/lambdas/socket"
	"github.com/keyvex/keyvex/lambdas/store"
)

// maxMessage is the largest message that API Gateway passes on, in bytes.
const maxMessage = 128 * 1024

// The actions of messages.
const (
	actionPing        = "ping"
	actionSubscribe   = "subscribe"
	actionUnsubscribe = "unsubscribe"
)

// request is what a client sends over the socket.
type request struct {
	Action string `json:"action"`
	Topic  string `json:"topic"`
}

// reply is what goes back over the socket.
type reply struct {
	Type    string `json:"type"`
	Topic   string `json:"topic,omitempty"`
	Message string `json:"message,omitempty"`
}

// refusal is a fault of the client's: its words go back over the socket.
type refusal struct{ words string }

func (r refusal) Error() string { return r.words }

// message answers what a client sent: 200 with a reply, 400 with a refusal, and 500
// when the table does not answer.
func (h Handler) message(ctx context.Context, log *slog.Logger, id, body string) events.APIGatewayProxyResponse {
	in, err := decode(body)
	var out reply
	if err == nil {
		out, err = h.act(ctx, id, in)
	}
	if refused, ok := errors.AsType[refusal](err); ok {
		log.Warn("message refused", "reason", refused.words)
		return answer(http.StatusBadRequest, reply{Type: "error", Message: refused.words})
	}
	if err != nil {
		log.Error("message failed", "error", err)
		return answer(http.StatusInternalServerError, reply{Type: "error", Message: "it did not work: try again"})
	}
	log.Info("message answered", "action", in.Action)
	return answer(http.StatusOK, out)
}

func decode(body string) (request, error) {
	var in request
	if len(body) > maxMessage {
		return in, refusal{fmt.Sprintf("the message has %d bytes, at most %d are read", len(body), maxMessage)}
	}
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		return in, refusal{"the message is no JSON object with an action"}
	}
	return in, nil
}

func (h Handler) act(ctx context.Context, id string, in request) (reply, error) {
	switch in.Action {
	case actionPing:
		return reply{Type: "pong"}, nil
	case actionSubscribe:
		return reply{Type: "subscribed", Topic: in.Topic}, h.subscribe(ctx, id, in.Topic)
	case actionUnsubscribe:
		return reply{Type: "unsubscribed", Topic: in.Topic}, h.unsubscribe(ctx, id, in.Topic)
	}
	return reply{}, refusal{"the action is unknown"}
}

// topics are the two kinds of topic, by the grammar of ids.
var topics = lazy.Regexp(`^(session|tool):[A-Za-z0-9_-]{1,64}$`)

var (
	errTopic      = refusal{"the topic is neither session:ID nor tool:ID"}
	errForeign    = refusal{"the session is not yours"}
	errConnection = refusal{"the connection is not known: connect again"}
)

func (h Handler) subscribe(ctx context.Context, id, topic string) error {
	if !topics().MatchString(topic) {
		return errTopic
	}
	if err := h.mayHear(ctx, id, topic); err != nil {
		return err
	}
	err := h.Table.Subscribe(ctx, id, topic)
	if errors.Is(err, store.ErrTooManyTopics) {
		return refusal{fmt.Sprintf("a connection has at most %d topics", store.MaxTopics)}
	}
	return known(err)
}

// mayHear refuses sessions of other users. A session that does not exist yet is
// let through: what is sent to a connection is only ever its own user's.
func (h Handler) mayHear(ctx context.Context, id, topic string) error {
	session, ok := strings.CutPrefix(topic, socket.SessionTopic(""))
	if !ok {
		return nil
	}
	connection, err := h.Table.Connection(ctx, id)
	if err != nil {
		return known(err)
	}
	found, err := h.Table.Session(ctx, session)
	if err == nil && found.UserID != connection.UserID {
		return errForeign
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

func (h Handler) unsubscribe(ctx context.Context, id, topic string) error {
	if !topics().MatchString(topic) {
		return errTopic
	}
	return known(h.Table.Unsubscribe(ctx, id, topic))
}

// known names a connection that the table does not have.
func known(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return errConnection
	}
	return err
}

func answer(code int, r reply) events.APIGatewayProxyResponse {
	body, _ := json.Marshal(r) // texts always encode
	return events.APIGatewayProxyResponse{StatusCode: code, Body: string(body)}
}
