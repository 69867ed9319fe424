package websockethandler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/emf"
	"github.com/keyvex/keyvex/lambdas/store"
	"github.com/keyvex/keyvex/lambdas/websockethandler"
)

// table keeps connections as the store promises to.
type table struct {
	connections map[string]store.Connection
	sessions    map[string]store.Session
	err         error
}

func (t *table) PutConnection(_ context.Context, c store.Connection) error {
	t.connections[c.ID] = c
	return t.err
}

func (t *table) DeleteConnection(_ context.Context, id string) error {
	delete(t.connections, id)
	return t.err
}

func (t *table) Connection(_ context.Context, id string) (store.Connection, error) {
	if c, ok := t.connections[id]; ok {
		return c, t.err
	}
	return store.Connection{}, store.ErrNotFound
}

func (t *table) Subscribe(_ context.Context, id, topic string) error {
	c, ok := t.connections[id]
	switch {
	case !ok:
		return store.ErrNotFound
	case len(c.Topics) == store.MaxTopics:
		return store.ErrTooManyTopics
	}
	c.Topics = append(c.Topics, topic)
	t.connections[id] = c
	return t.err
}

func (t *table) Unsubscribe(_ context.Context, id, topic string) error {
	c, ok := t.connections[id]
	if !ok {
		return store.ErrNotFound
	}
	c.Topics = slices.DeleteFunc(c.Topics, func(s string) bool { return s == topic })
	t.connections[id] = c
	return t.err
}

func (t *table) Session(_ context.Context, id string) (store.Session, error) {
	if s, ok := t.sessions[id]; ok {
		return s, nil
	}
	return store.Session{}, store.ErrNotFound
}

type bench struct {
	table        *table
	log, metrics bytes.Buffer
	handler      websockethandler.Handler
}

func newBench() *bench {
	b := &bench{table: &table{connections: map[string]store.Connection{}, sessions: map[string]store.Session{}}}
	b.handler = websockethandler.Handler{
		Log: slog.New(slog.NewJSONHandler(&b.log, nil)), Table: b.table, Clock: clock.Wall{}, Tier: platform.Development, Metrics: emf.New(&b.metrics, "test"),
		Verify: func(_ context.Context, token string) (string, error) {
			if token == "CANARY-good" {
				return "user-1", nil
			}
			return "", errors.New("the token has expired")
		},
	}
	return b
}

func (b *bench) handle(t *testing.T, route, token, body string) events.APIGatewayProxyResponse {
	t.Helper()
	e := events.APIGatewayWebsocketProxyRequest{Body: body}
	e.RequestContext.RouteKey, e.RequestContext.ConnectionID = route, "c-1"
	if token != "" {
		e.QueryStringParameters = map[string]string{"token": token}
	}
	response, err := b.handler.Handle(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func TestWhoMayConnect(t *testing.T) {
	for name, test := range map[string]struct {
		token, debug string
		tier         platform.Tier
		blind        bool
		user         string
	}{
		"a good token":                       {"CANARY-good", "", platform.Production, false, "user-1"},
		"a bad token":                        {"CANARY-bad", "debug", platform.Development, false, ""},
		"no token":                           {"", "", platform.Development, false, ""},
		"no token, debug user":               {"", "debug", platform.Development, false, "debug"},
		"no token, debug user, production":   {"", "debug", platform.Production, false, ""},
		"no token, debug user, unknown tier": {"", "debug", "", false, ""},
		"a good token, debug user":           {"CANARY-good", "debug", platform.Development, false, "user-1"},
		"a good token, nobody can verify":    {"CANARY-good", "", platform.Production, true, ""},
		"any token, debug user, no verifier": {"CANARY-good", "debug", platform.Development, true, ""},
		"no token, debug user, no verifier":  {"", "debug", platform.Development, true, "debug"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench()
			b.handler.DebugUser, b.handler.Tier = test.debug, test.tier
			if test.blind {
				b.handler.Verify = nil
			}
			response := b.handle(t, "$connect", test.token, "")
			got, connected := b.table.connections["c-1"]
			if want := test.user != ""; (response.StatusCode == http.StatusOK) != want || connected != want || got.UserID != test.user {
				t.Fatalf("answered %d, stored %+v", response.StatusCode, got)
			}
			if connected && got.ExpiresAt.Sub(got.ConnectedAt) != 130*time.Minute {
				t.Errorf("expires after %s", got.ExpiresAt.Sub(got.ConnectedAt))
			}
			if !connected && (response.StatusCode != http.StatusUnauthorized || !strings.Contains(b.metrics.String(), `"SocketRefusals":1`)) {
				t.Errorf("answered %d, measured %s", response.StatusCode, b.metrics.String())
			}
			if strings.Contains(b.log.String(), "CANARY") {
				t.Errorf("logged %s", b.log.String())
			}
		})
	}
}

func TestMessagesAreAnsweredInJSONAndQuoteNothing(t *testing.T) {
	for body, want := range map[string]string{
		`{"action":"ping"}`: "pong", `{"action":"CANARY"}`: "error", `CANARY`: "error", `"CANARY"`: "error", `{"action":1}`: "error",
		`{"action":"` + strings.Repeat("x", 130*1024) + `"}`:     "error",
		`{"action":"subscribe","topic":"session:mine"}`:          "subscribed",
		`{"action":"subscribe","topic":"session:new"}`:           "subscribed",
		`{"action":"subscribe","topic":"tool:t-1"}`:              "subscribed",
		`{"action":"subscribe","topic":"session:foreign"}`:       "error",
		`{"action":"subscribe","topic":"user:CANARY"}`:           "error",
		`{"action":"subscribe","topic":"session:CANARY CANARY"}`: "error",
		`{"action":"unsubscribe","topic":"session:mine"}`:        "unsubscribed",
		`{"action":"unsubscribe","topic":"CANARY"}`:              "error",
	} {
		b := newBench()
		b.table.connections["c-1"] = store.Connection{ID: "c-1", UserID: "user-1"}
		b.table.sessions["mine"], b.table.sessions["foreign"] = store.Session{UserID: "user-1"}, store.Session{UserID: "user-2"}
		response := b.handle(t, "$default", "", body)
		var got struct{ Type, Message string }
		if err := json.Unmarshal([]byte(response.Body), &got); err != nil || got.Type != want || (got.Message != "") != (want == "error") || (response.StatusCode == http.StatusOK) == (want == "error") {
			t.Errorf("%.80s: answered %d %s (%v)", body, response.StatusCode, response.Body, err)
		}
		if strings.Contains(b.log.String()+response.Body, "CANARY") {
			t.Errorf("%s is quoted: %s %s", body, response.Body, b.log.String())
		}
	}
}

func TestTopicsComeAndGoUpToALimit(t *testing.T) {
	b := newBench()
	b.handle(t, "$connect", "CANARY-good", "")
	for i := range store.MaxTopics {
		b.handle(t, "$default", "", fmt.Sprintf(`{"action":"subscribe","topic":"tool:t-%d"}`, i))
	}
	if got := b.handle(t, "$default", "", `{"action":"subscribe","topic":"tool:more"}`); got.StatusCode != http.StatusBadRequest || len(b.table.connections["c-1"].Topics) != store.MaxTopics {
		t.Errorf("answered %+v", got)
	}
	b.handle(t, "$default", "", `{"action":"unsubscribe","topic":"tool:t-0"}`)
	if slices.Contains(b.table.connections["c-1"].Topics, "tool:t-0") {
		t.Error("the topic is still there")
	}
	if got := b.handle(t, "$disconnect", "", ""); got.StatusCode != http.StatusOK || len(b.table.connections) != 0 {
		t.Errorf("answered %+v, left %v", got, b.table.connections)
	}
	if got := b.handle(t, "$default", "", `{"action":"subscribe","topic":"tool:t-0"}`); got.StatusCode != http.StatusBadRequest {
		t.Errorf("a connection that is gone subscribed: %+v", got)
	}
}

func TestATableThatDoesNotAnswerRefusesNobodyForGood(t *testing.T) {
	b := newBench()
	b.handle(t, "$connect", "CANARY-good", "")
	b.table.err = errors.New("throttled")
	if got := b.handle(t, "$default", "", `{"action":"subscribe","topic":"tool:t"}`); got.StatusCode != http.StatusInternalServerError || strings.Contains(got.Body, "throttled") {
		t.Errorf("answered %+v", got)
	}
	e := events.APIGatewayWebsocketProxyRequest{QueryStringParameters: map[string]string{"token": "CANARY-good"}}
	e.RequestContext.RouteKey = "$connect"
	if _, err := b.handler.Handle(t.Context(), e); err == nil {
		t.Error("connected without being stored")
	}
}

func FuzzDefaultRouteAnswersAnyBody(f *testing.F) {
	f.Add(`{"action":"ping"}`)
	f.Add(`{"action":"subscribe","topic":"session:x"}`)
	f.Add("\xff")
	f.Fuzz(func(t *testing.T, body string) {
		if got := newBench().handle(t, "$default", "", body); got.StatusCode != http.StatusOK && got.StatusCode != http.StatusBadRequest {
			t.Fatalf("%q: %d", body, got.StatusCode)
		}
	})
}
