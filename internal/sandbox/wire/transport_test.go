package wire_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

func get(t *testing.T, ctx context.Context, h http.HandlerFunc) (*http.Response, error) { //nolint:revive // t first, as everywhere
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, "GET", "http://localhost/path", nil)
	if err != nil {
		t.Fatal(err)
	}
	return (&http.Client{Transport: wire.Transport{Handler: h}}).Do(r)
}

func TestTransportStreamsInABubbleAndLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		response, err := get(t, t.Context(), func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusAccepted)
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, "line\n")
				w.(http.Flusher).Flush()
				select {
				case <-time.After(time.Minute):
				case <-r.Context().Done():
				}
			}
		})
		if err != nil || response.StatusCode != http.StatusAccepted {
			t.Fatal(response, err)
		}
		lines := bufio.NewScanner(response.Body)
		for range 3 {
			if !lines.Scan() || lines.Text() != "line" {
				t.Fatalf("read %q, %v", lines.Text(), lines.Err())
			}
		}
		if passed := time.Since(start); passed != 2*time.Minute {
			t.Errorf("the third line came after %v", passed)
		}
		if err := response.Body.Close(); err != nil {
			t.Error(err)
		}
		synctest.Wait() // the bubble fails if the handler goes on
	})
}

func TestTransportGivesUpWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := get(t, ctx, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the call ended with %v", err)
		}
	})
}

func TestTransportTurnsAbortAndPanicIntoALostConnection(t *testing.T) {
	for _, cause := range []any{http.ErrAbortHandler, "a bug"} {
		response, err := get(t, t.Context(), func(http.ResponseWriter, *http.Request) { panic(cause) })
		if err == nil {
			t.Errorf("%v: answered with %d", cause, response.StatusCode)
		}
	}
	response, err := get(t, t.Context(), func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half")
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
	if err != nil {
		return // the abort came before the first read, which is as good
	}
	if body, err := io.ReadAll(response.Body); err == nil {
		t.Errorf("an answer that broke off read as %q", body)
	}
}
