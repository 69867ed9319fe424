// Package iam is the sandbox's Identity and Access Management: roles, users,
// policies and access keys as CloudFormation deploys them and as operators list
// them. It keeps what was granted and does not judge requests by it.
package iam

import (
	"net/http"
	"strings"
	"sync"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Service is IAM of the one account.
type Service struct {
	host     *host.Host
	mu       sync.Mutex
	roles    *kind
	users    *kind
	policies *state.Map[managedPolicy]
	keys     *state.Map[accessKey]
	// declared are the AWS::IAM::Policy resources, by physical id: an inline
	// policy belongs to one of them or to its role or user.
	declared *state.Map[policyProperties]
}

// New opens IAM on the host's state.
func New(h *host.Host) *Service {
	return &Service{
		host:     h,
		roles:    &kind{noun: "role", idPrefix: "AROA", records: state.NewMap[identity](h.State, "iam.roles")},
		users:    &kind{noun: "user", idPrefix: "AIDA", records: state.NewMap[identity](h.State, "iam.users")},
		policies: state.NewMap[managedPolicy](h.State, "iam.policies"),
		keys:     state.NewMap[accessKey](h.State, "iam.accessKeys"),
		declared: state.NewMap[policyProperties](h.State, "iam.declaredPolicies"),
	}
}

// RoleExists reports whether an ARN is that of a role: other services refuse to
// be given one that cannot be assumed.
func (s *Service) RoleExists(arn string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	role, ok := s.roles.records.Get(arn[strings.LastIndex(arn, "/")+1:])
	return ok && role.ARN == arn
}

// Wire registers the operations.
func (s *Service) Wire() *wire.Service {
	w := &wire.Service{
		Name:      "iam",
		Protocols: []wire.Protocol{wire.Query},
		Version:   "2010-05-08",
		Namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
		Errors: map[string]wire.ErrorTrait{
			"NoSuchEntityException":        {Status: http.StatusNotFound},
			"EntityAlreadyExistsException": {Status: http.StatusConflict},
			"DeleteConflictException":      {Status: http.StatusConflict},
			"LimitExceededException":       {Status: http.StatusConflict},
		},
	}
	s.wireRoles(w)
	s.wireUsers(w)
	s.wirePolicies(w)
	s.wireAccessKeys(w)
	return w
}
