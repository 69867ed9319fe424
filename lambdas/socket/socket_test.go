package socket_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	gateway "github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/lambdas/socket"
)

// api is Parameter Store, the management API and the table.
type api struct {
	url   string
	hangs bool // Parameter Store
	reads int

	mu              sync.Mutex
	endpoints, gone []string
	sent            map[string][]string
	at, most        int
}

func (a *api) GetParameter(ctx context.Context, _ *ssm.GetParameterInput, _ ...func(*ssm.Options)) (*ssm.GetParameterOutput, error) {
	a.reads++
	if a.hangs {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if a.url == "" {
		return nil, errors.New("there is none")
	}
	return &ssm.GetParameterOutput{Parameter: &types.Parameter{Value: &a.url}}, nil
}

func (a *api) PostToConnection(ctx context.Context, in *apigatewaymanagementapi.PostToConnectionInput, _ ...func(*apigatewaymanagementapi.Options)) (*apigatewaymanagementapi.PostToConnectionOutput, error) {
	a.mu.Lock()
	a.at++
	a.most = max(a.most, a.at)
	a.mu.Unlock()
	time.Sleep(10 * time.Millisecond)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.at--
	switch *in.ConnectionId {
	case "gone":
		return nil, &gateway.GoneException{}
	case "stuck":
		a.mu.Unlock()
		<-ctx.Done()
		a.mu.Lock()
		return nil, ctx.Err()
	}
	a.sent[*in.ConnectionId] = append(a.sent[*in.ConnectionId], string(in.Data))
	return &apigatewaymanagementapi.PostToConnectionOutput{}, nil
}

func (a *api) ForgetConnection(_ context.Context, id string, before time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if young := time.Since(before); young < 29*time.Second || young > time.Minute {
		return fmt.Errorf("one of %s would be forgotten", young)
	}
	a.gone = append(a.gone, id)
	return nil
}

func sender(a *api) *socket.Sender {
	a.sent = map[string][]string{}
	return &socket.Sender{Parameters: a, Parameter: "/p", Connections: a, Clock: clock.Wall{}, Connect: func(endpoint string) socket.Poster {
		a.endpoints = append(a.endpoints, endpoint)
		return a
	}}
}

func TestMessagesReachEachConnectionInOrderAndGoneOnesAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{url: "wss://x.example/dev"}
		s := sender(a)
		ids := []string{"gone", "stuck"}
		for i := range 20 {
			ids = append(ids, fmt.Sprint(i))
		}
		began := time.Now()
		for seq := range 3 {
			s.Send(t.Context(), slog.New(slog.DiscardHandler), ids, socket.Message{Type: socket.Delta, JobID: "j", SessionID: "s", Seq: &seq, Text: "t"})
		}
		for i := range 20 {
			want := []string{}
			for seq := range 3 {
				want = append(want, fmt.Sprintf(`{"type":"delta","jobId":"j","sessionId":"s","seq":%d,"text":"t"}`, seq))
			}
			if got := a.sent[fmt.Sprint(i)]; !slices.Equal(got, want) {
				t.Errorf("%d got %v", i, got)
			}
		}
		if a.reads != 1 || !slices.Equal(a.endpoints, []string{"https://x.example/dev"}) || !slices.Contains(a.gone, "gone") || slices.Contains(a.gone, "stuck") {
			t.Errorf("read %d times, endpoints %v, gone %v", a.reads, a.endpoints, a.gone)
		}
		if took := time.Since(began); took > 16*time.Second || a.most > 8 {
			t.Errorf("took %s, %d at once", took, a.most)
		}
		time.Sleep(6 * time.Minute)
		a.url = "ws://127.0.0.1:1/dev"
		s.Send(t.Context(), slog.New(slog.DiscardHandler), []string{"1"}, socket.Message{})
		if a.endpoints[1] != "http://127.0.0.1:1/dev" {
			t.Errorf("endpoints %v", a.endpoints)
		}
	})
}

// A job is not held up by each of its messages while Parameter Store says nothing.
func TestAnEndpointThatCannotBeReadHoldsNothingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{hangs: true}
		s := sender(a)
		began := time.Now()
		for range 100 {
			s.Send(t.Context(), slog.New(slog.DiscardHandler), []string{"1"}, socket.Message{})
		}
		if took := time.Since(began); took > 5*time.Second || a.reads != 1 {
			t.Errorf("took %s, asked %d times", took, a.reads)
		}
		time.Sleep(time.Minute)
		a.hangs, a.url = false, "wss://x.example/dev"
		s.Send(t.Context(), slog.New(slog.DiscardHandler), []string{"1"}, socket.Message{})
		a.hangs = true
		time.Sleep(time.Hour)
		s.Send(t.Context(), slog.New(slog.DiscardHandler), []string{"1"}, socket.Message{})
		if len(a.sent["1"]) != 2 {
			t.Errorf("sent %d messages once it could be read, want 2", len(a.sent["1"]))
		}
	})
}

func TestNothingFailsForWantOfAListener(t *testing.T) {
	var log bytes.Buffer
	a := &api{}
	s := sender(a)
	s.Send(t.Context(), slog.New(slog.NewJSONHandler(&log, nil)), nil, socket.Message{})
	if a.reads != 0 || log.Len() != 0 {
		t.Errorf("asked %d times for nobody", a.reads)
	}
	s.Send(t.Context(), slog.New(slog.NewJSONHandler(&log, nil)), []string{"1"}, socket.Message{Text: "CANARY"})
	if !strings.Contains(log.String(), "nothing pushed") || strings.Contains(log.String(), "CANARY") {
		t.Errorf("logged %s", log.String())
	}
}
