// Package sts is the sandbox's Security Token Service: who the caller is, and
// temporary credentials.
package sts

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Roles finds the roles that can be assumed. IAM is one.
type Roles interface {
	// RoleID gives the unique id (AROA...) of the role with that ARN.
	RoleID(arn string) (id string, ok bool)
}

// Service is the Security Token Service.
type Service struct {
	host  *host.Host
	roles Roles

	mu       sync.Mutex
	sessions *state.Map[session]
}

// session is a set of temporary credentials.
type session struct {
	Secret, Token, ARN, UserID string
	Expires                    time.Time
}

// New makes the service on a host.
func New(h *host.Host, roles Roles) *Service {
	return &Service{host: h, roles: roles, sessions: state.NewMap[session](h.State, "sts.sessions")}
}

// Resources is empty: STS has no CloudFormation types.
func (s *Service) Resources() []resource.Type { return nil }

// Wire gives the service's operations.
func (s *Service) Wire() *wire.Service {
	w := &wire.Service{
		Name:      "sts",
		Protocols: []wire.Protocol{wire.Query},
		Version:   "2011-06-15",
		Namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
	}
	wire.Handle(w, s.GetCallerIdentity)
	wire.Handle(w, s.AssumeRole)
	wire.Handle(w, s.GetSessionToken)
	wire.Handle(w, s.GetAccessKeyInfo)
	return w
}

// Credential finds the secret and the session token of temporary credentials
// that have not expired.
func (s *Service) Credential(accessKeyID string) (secret, token string, ok bool) {
	found, ok := s.live(accessKeyID)
	return found.Secret, found.Token, ok
}

func (s *Service) live(accessKeyID string) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.sessions.Get(accessKeyID)
	if !ok || !s.host.Clock.Now().Before(found.Expires) {
		return session{}, false
	}
	return found, true
}

func (s *Service) identity(ctx context.Context) (arn, userID string) {
	return s.Caller(wire.CallOf(ctx).AccessKey)
}

// Caller is the ARN and user id behind an access key: those of its session, or the
// account's root.
func (s *Service) Caller(accessKeyID string) (arn, userID string) {
	if found, ok := s.live(accessKeyID); ok {
		return found.ARN, found.UserID
	}
	return s.host.GlobalARN("iam", "root"), s.host.Account
}

// GetCallerIdentity says who signed the request.
func (s *Service) GetCallerIdentity(ctx context.Context, _ *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
	arn, userID := s.identity(ctx)
	return &sts.GetCallerIdentityOutput{Account: aws.String(s.host.Account), Arn: &arn, UserId: &userID}, nil
}

// GetAccessKeyInfo gives the account of an access key. There is only one.
func (s *Service) GetAccessKeyInfo(_ context.Context, in *sts.GetAccessKeyInfoInput) (*sts.GetAccessKeyInfoOutput, error) {
	if n := len(aws.ToString(in.AccessKeyId)); n < 16 || n > 128 {
		return nil, &wire.Error{Code: "ValidationError", Message: "1 validation error detected: Value '" + aws.ToString(in.AccessKeyId) +
			"' at 'accessKeyId' failed to satisfy constraint: Member must have length between 16 and 128"}
	}
	return &sts.GetAccessKeyInfoOutput{Account: aws.String(s.host.Account)}, nil
}
