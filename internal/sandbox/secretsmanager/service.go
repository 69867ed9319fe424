// Package secretsmanager is the sandbox's AWS Secrets Manager: secrets with their
// versions and staging labels, recovery windows and policies, random passwords,
// and the CloudFormation types AWS::SecretsManager::Secret and
// AWS::SecretsManager::ResourcePolicy. CloudFormation's dynamic references are
// answered by Resolve.
package secretsmanager

import (
	"sync"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Service holds the account's secrets. Its methods that bear an operation's name
// are that operation, and may be called directly.
type Service struct {
	host *host.Host

	mu      sync.Mutex
	secrets *state.Map[secret]
}

// New opens the service on the host's state.
func New(h *host.Host) *Service {
	return &Service{host: h, secrets: state.NewMap[secret](h.State, "secretsmanager.secret")}
}

// Wire describes the service to the router.
func (s *Service) Wire() *wire.Service {
	w := &wire.Service{Name: "secretsmanager", Protocols: []wire.Protocol{wire.JSON11}, TargetPrefix: "secretsmanager"}
	wire.Handle(w, s.CreateSecret)
	wire.Handle(w, s.DescribeSecret)
	wire.Handle(w, s.GetSecretValue)
	wire.Handle(w, s.PutSecretValue)
	wire.Handle(w, s.UpdateSecret)
	wire.Handle(w, s.UpdateSecretVersionStage)
	wire.Handle(w, s.ListSecrets)
	wire.Handle(w, s.ListSecretVersionIds)
	wire.Handle(w, s.DeleteSecret)
	wire.Handle(w, s.RestoreSecret)
	wire.Handle(w, s.GetRandomPassword)
	wire.Handle(w, s.TagResource)
	wire.Handle(w, s.UntagResource)
	wire.Handle(w, s.GetResourcePolicy)
	wire.Handle(w, s.PutResourcePolicy)
	wire.Handle(w, s.DeleteResourcePolicy)
	return w
}

// Resources lists the CloudFormation types that the service owns.
func (s *Service) Resources() []resource.Type {
	return []resource.Type{s.secretType(), s.resourcePolicyType()}
}
