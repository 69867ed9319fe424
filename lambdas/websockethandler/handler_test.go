package websockethandler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/keyvex/keyvex/lambdas/websockethandler"
)

func event(route, token, body string) events.APIGatewayWebsocketProxyRequest {
	e := events.APIGatewayWebsocketProxyRequest{Body: body}
	e.RequestContext.RouteKey = route
	e.RequestContext.ConnectionID = "c-1"
	if token != "" {
		e.QueryStringParameters = map[string]string{"token": token}
	}
	return e
}

func TestEachRouteGetsItsStatus(t *testing.T) {
	onlyGood := func(_ context.Context, token string) (string, error) {
		if token == "good" {
			return "user-1", nil
		}
		return "", errors.New("expired")
	}
	for name, test := range map[string]struct {
		verify websockethandler.Verify
		event  events.APIGatewayWebsocketProxyRequest
		status int
	}{
		"connect with a good token":       {onlyGood, event("$connect", "good", ""), http.StatusOK},
		"connect with a bad token":        {onlyGood, event("$connect", "bad", ""), http.StatusUnauthorized},
		"connect without a token":         {onlyGood, event("$connect", "", ""), http.StatusUnauthorized},
		"connect where nobody can verify": {nil, event("$connect", "good", ""), http.StatusUnauthorized},
		"disconnect":                      {nil, event("$disconnect", "", ""), http.StatusOK},
		"ping":                            {nil, event("$default", "", `{"action":"ping"}`), http.StatusOK},
		"an unknown action":               {nil, event("$default", "", `{"action":"dance"}`), http.StatusBadRequest},
		"no JSON":                         {nil, event("$default", "", `ping`), http.StatusBadRequest},
		"a message too long":              {nil, event("$default", "", `{"action":"`+strings.Repeat("x", 130*1024)+`"}`), http.StatusBadRequest},
		"an unknown route":                {nil, event("jump", "", ""), http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			h := websockethandler.Handler{Log: slog.New(slog.DiscardHandler), Verify: test.verify}
			response, err := h.Handle(t.Context(), test.event)
			if err != nil || response.StatusCode != test.status {
				t.Fatalf("got %d, %v; want %d", response.StatusCode, err, test.status)
			}
		})
	}
}

func TestTheTokenIsNeverLogged(t *testing.T) {
	for _, verify := range []websockethandler.Verify{
		nil,
		func(context.Context, string) (string, error) { return "user-1", nil },
		func(context.Context, string) (string, error) { return "", errors.New("expired") },
	} {
		var out bytes.Buffer
		h := websockethandler.Handler{Log: slog.New(slog.NewJSONHandler(&out, nil)), Verify: verify}
		if _, err := h.Handle(t.Context(), event("$connect", "CANARY-TOKEN", "")); err != nil {
			t.Fatal(err)
		}
		if out.Len() == 0 || strings.Contains(out.String(), "CANARY") {
			t.Fatalf("logged: %s", out.String())
		}
	}
}

// What clients send is theirs: it is neither logged nor sent back.
func TestAnswersToMessagesAreJSONAndQuoteNothing(t *testing.T) {
	for body, kind := range map[string]string{
		`{"action":"ping"}`: "pong", `{"action":"CANARY"}`: "error", `CANARY`: "error", `"CANARY"`: "error",
	} {
		var out bytes.Buffer
		h := websockethandler.Handler{Log: slog.New(slog.NewJSONHandler(&out, nil))}
		response, err := h.Handle(t.Context(), event("$default", "", body))
		if err != nil {
			t.Fatal(err)
		}
		var answer struct{ Type, Message string }
		if err := json.Unmarshal([]byte(response.Body), &answer); err != nil || answer.Type != kind || (answer.Message == "") != (kind == "pong") {
			t.Errorf("%s: answered %q (%v)", body, response.Body, err)
		}
		if strings.Contains(out.String()+response.Body, "CANARY") {
			t.Errorf("%s is quoted: %s %s", body, response.Body, out.String())
		}
	}
}

func FuzzDefaultRouteAnswersAnyBody(f *testing.F) {
	f.Add(`{"action":"ping"}`)
	f.Add(`{"action":1}`)
	f.Add("\xff")
	h := websockethandler.Handler{Log: slog.New(slog.DiscardHandler)}
	f.Fuzz(func(t *testing.T, body string) {
		response, err := h.Handle(t.Context(), event("$default", "", body))
		if err != nil || response.StatusCode != http.StatusOK && response.StatusCode != http.StatusBadRequest {
			t.Fatalf("%q: %d, %v", body, response.StatusCode, err)
		}
	})
}
