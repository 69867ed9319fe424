// Package socket sends to the connections of the WebSocket API. docs/socket.md is
// the protocol.
package socket

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"golang.org/x/sync/errgroup"

	"github.com/keyvex/keyvex/internal/clock"
)

const (
	// parallel bounds how many connections are sent to at once.
	parallel = 8
	// patience is how long one send, or reading the endpoint, may take: neither must
	// hold a job up.
	patience = 5 * time.Second
	// pause is how long after a failed reading of the endpoint none is tried.
	pause = 15 * time.Second
	// keep is how long the API's endpoint is used without being asked for again.
	keep = 5 * time.Minute
)

// Parameters is what is needed of Systems Manager.
type Parameters interface {
	GetParameter(context.Context, *ssm.GetParameterInput, ...func(*ssm.Options)) (*ssm.GetParameterOutput, error)
}

// Poster is what is needed of the management API.
type Poster interface {
	PostToConnection(context.Context, *apigatewaymanagementapi.PostToConnectionInput, ...func(*apigatewaymanagementapi.Options)) (*apigatewaymanagementapi.PostToConnectionOutput, error)
}

// Connections is what is needed of the table.
type Connections interface {
	ForgetConnection(ctx context.Context, id string, before time.Time) error
}

// connecting is how long API Gateway may be about to make a connection that stands in the
// table already: its handler of $connect may take 29 s.
const connecting = 30 * time.Second

// Sender sends to connections and forgets those that are gone.
type Sender struct {
	Parameters Parameters
	// Parameter is the name of the contract value with the WebSocket API's URL.
	Parameter string
	// Connect makes the client of a management endpoint.
	Connect     func(endpoint string) Poster
	Connections Connections
	Clock       clock.Clock

	mu     sync.Mutex
	poster Poster
	read   time.Time
	// fault is why the endpoint could not be read the last time, at tried.
	fault error
	tried time.Time
}

// Send encodes a message and sends it to each connection; it returns when all have
// it or failed. Nothing is returned: no work fails because nobody listens. Messages
// of one caller reach a connection in their order.
func (s *Sender) Send(ctx context.Context, log *slog.Logger, ids []string, message any) {
	if len(ids) == 0 {
		return
	}
	poster, err := s.endpoint(ctx)
	if err != nil {
		log.Warn("nothing pushed", "error", err)
		return
	}
	data, err := json.Marshal(message)
	if err != nil {
		log.Warn("nothing pushed", "error", err)
		return
	}
	var group errgroup.Group
	group.SetLimit(parallel)
	for _, id := range ids {
		group.Go(func() error {
			s.post(ctx, log, poster, id, data)
			return nil
		})
	}
	_ = group.Wait() // the functions report by logging
}

func (s *Sender) post(ctx context.Context, log *slog.Logger, poster Poster, id string, data []byte) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := poster.PostToConnection(ctx, &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: &id, Data: data})
	if err == nil {
		return
	}
	if _, gone := errors.AsType[*types.GoneException](err); gone {
		log.Info("connection gone", "connectionId", id)
		err = s.Connections.ForgetConnection(ctx, id, s.Clock.Now().Add(-connecting))
	}
	if err != nil {
		log.Warn("push failed", "connectionId", id, "error", err)
	}
}

// endpoint reads the API's URL and makes the client. The URL stands in Parameter
// Store because the API's stack comes after the functions'.
func (s *Sender) endpoint(ctx context.Context) (Poster, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Clock.Now()
	if s.poster != nil && now.Sub(s.read) < keep {
		return s.poster, nil
	}
	if s.fault == nil || now.Sub(s.tried) >= pause {
		var url string
		if url, s.fault = s.url(ctx); s.fault == nil {
			s.poster, s.read = s.Connect(management(url)), now
		}
		s.tried = s.Clock.Now()
	}
	if s.poster != nil { // while it cannot be read again the old one goes on
		return s.poster, nil
	}
	return nil, s.fault
}

func (s *Sender) url(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := s.Parameters.GetParameter(ctx, &ssm.GetParameterInput{Name: &s.Parameter})
	if err != nil {
		return "", err
	}
	if out.Parameter == nil || aws.ToString(out.Parameter.Value) == "" {
		return "", errors.New("the parameter with the endpoint is empty")
	}
	return *out.Parameter.Value, nil
}

// management is the URL of the management API, which has the WebSocket API's with
// another scheme.
func management(url string) string {
	if rest, ok := strings.CutPrefix(url, "ws"); ok {
		return "http" + rest
	}
	return url
}
