package apigatewayv2

import (
	"context"

	management "github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	managementtypes "github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"
	"github.com/coder/websocket"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Management registers the operations of the API Gateway Management API, which each
// stage has at its own address.
func (s *Service) Management() *wire.Service {
	w := &wire.Service{
		Name: "execute-api", Protocols: []wire.Protocol{wire.RESTJSON},
		Under: host.ExecuteAPIPath + "{ApiId}/{Stage}",
	}
	wire.Handle(w, s.PostToConnection)
	wire.Handle(w, s.GetConnection)
	wire.Handle(w, s.DeleteConnection)
	return w
}

// findConnection finds an open connection of the stage that the call addresses.
func (s *Service) findConnection(ctx context.Context, id *string) (*connection, error) {
	labels := wire.CallOf(ctx).Labels
	api, stage := labels["ApiId"], labels["Stage"]
	if _, ok := s.stages.Get(record.Key(api, stage)); !ok {
		return nil, &managementtypes.ForbiddenException{Message: new("Forbidden")}
	}
	s.mu.Lock()
	c, ok := s.connections[value(id)]
	s.mu.Unlock()
	if !ok || c.api != api || c.stage != stage {
		return nil, gone()
	}
	select {
	case <-c.ready:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if c.socket == nil {
		return nil, gone()
	}
	return c, nil
}

func gone() error { return &managementtypes.GoneException{Message: new("")} }

// PostToConnection sends a message to a client. GoneException says that it has left.
func (s *Service) PostToConnection(ctx context.Context, in *management.PostToConnectionInput) (*management.PostToConnectionOutput, error) {
	c, err := s.findConnection(ctx, in.ConnectionId)
	if err != nil {
		return nil, err
	}
	if len(in.Data) > maxMessage {
		return nil, &managementtypes.PayloadTooLargeException{Message: new("Message too long")}
	}
	if c.send(in.Data) != nil {
		return nil, gone()
	}
	s.measure(c.dimensions(), "MessageCount", "Count", 1)
	return &management.PostToConnectionOutput{}, nil
}

// GetConnection tells since when a client is connected, and when it was last active.
func (s *Service) GetConnection(ctx context.Context, in *management.GetConnectionInput) (*management.GetConnectionOutput, error) {
	c, err := s.findConnection(ctx, in.ConnectionId)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return &management.GetConnectionOutput{
		ConnectedAt: &c.connected, LastActiveAt: new(c.active),
		Identity: &managementtypes.Identity{SourceIp: &c.sourceIP, UserAgent: &c.userAgent},
	}, nil
}

// DeleteConnection closes a client's connection.
func (s *Service) DeleteConnection(ctx context.Context, in *management.DeleteConnectionInput) (*management.DeleteConnectionOutput, error) {
	c, err := s.findConnection(ctx, in.ConnectionId)
	if err != nil {
		return nil, err
	}
	if s.enter() {
		go func() {
			defer s.open.Done()
			c.close(websocket.StatusNormalClosure, "Connection Closed Normally")
		}()
	}
	return &management.DeleteConnectionOutput{}, nil
}
