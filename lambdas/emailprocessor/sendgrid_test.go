package emailprocessor_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/keyvex/keyvex/lambdas/emailprocessor"
)

var mail = emailprocessor.Mail{From: "from@b.example", To: "to@b.example", Subject: "Hello", Text: "text", HTML: "<p>html"}

func send(t *testing.T, answer http.HandlerFunc) emailprocessor.Result {
	t.Helper()
	server := httptest.NewServer(answer)
	defer server.Close()
	return sender(server.URL).Send(t.Context(), "SG.key", mail)
}

func sender(host string) emailprocessor.SendGrid {
	return emailprocessor.SendGrid{Host: host, HTTP: &http.Client{}, Now: func() time.Time { return noon }}
}

// The request's shape is that of SendGrid's "Mail Send" reference, POST /v3/mail/send.
func TestAMailGoesOutAsTheAPIsReferenceAsks(t *testing.T) {
	got := send(t, func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			From             struct{ Email string }
			Subject          string
			Personalizations []struct{ To []struct{ Email string } }
			Content          []struct{ Type, Value string }
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.URL.Path != "/v3/mail/send" || r.Header.Get("Authorization") != "Bearer SG.key" {
			t.Errorf("%v, %s", err, r.URL)
		}
		if want := "{{from@b.example} Hello [{[{to@b.example}]}] [{text/plain text} {text/html <p>html}]}"; fmt.Sprint(body) != want {
			t.Errorf("sent %v", body)
		}
		w.WriteHeader(http.StatusAccepted)
	})
	if got.Verdict != emailprocessor.Accepted {
		t.Errorf("got %+v", got)
	}
}

func TestTheProvidersStatusDecides(t *testing.T) {
	for status, want := range map[int]emailprocessor.Verdict{
		202: emailprocessor.Accepted, 400: emailprocessor.Refused, 403: emailprocessor.Refused, 413: emailprocessor.Refused,
		401: emailprocessor.KeyRefused, 429: emailprocessor.TryAgain, 500: emailprocessor.TryAgain, 503: emailprocessor.TryAgain,
	} {
		got := send(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		if got.Verdict != want {
			t.Errorf("status %d: %+v", status, got)
		}
	}
}

func TestAWaitIsReadFromTheAnswersHeaders(t *testing.T) {
	for header, value := range map[string]string{"Retry-After": "40", "X-RateLimit-Reset": fmt.Sprint(noon.Add(40 * time.Second).Unix())} {
		got := send(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(header, value)
			w.WriteHeader(http.StatusTooManyRequests)
		})
		if got.After != 40*time.Second {
			t.Errorf("%s: %+v", header, got)
		}
	}
}

func TestOnlyARequestThatWentOutIsUnknown(t *testing.T) {
	if got := send(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }); got.Verdict != emailprocessor.Unknown {
		t.Errorf("cut off: %+v", got)
	}
	closed := httptest.NewServer(nil)
	closed.Close()
	if got := sender(closed.URL).Send(t.Context(), "SG.key", mail); got.Verdict != emailprocessor.TryAgain {
		t.Errorf("nobody there: %+v", got)
	}
}
