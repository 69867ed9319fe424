// Package kms is the control plane of the sandbox's Key Management Service: keys,
// their policies, rotation and aliases. It encrypts nothing.
package kms

import (
	"sync"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Service is KMS of the one account and region.
type Service struct {
	host    *host.Host
	mu      sync.Mutex
	keys    *state.Map[key]
	aliases *state.Map[record.Record[aliasProperties]]
}

// New opens KMS on the host's state.
func New(h *host.Host) *Service {
	return &Service{
		host: h, keys: state.NewMap[key](h.State, "kms.keys"),
		aliases: state.NewMap[record.Record[aliasProperties]](h.State, "kms.aliases"),
	}
}

// Wire registers the operations.
func (s *Service) Wire() *wire.Service {
	w := &wire.Service{Name: "kms", Protocols: []wire.Protocol{wire.JSON11}, TargetPrefix: "TrentService"}
	wire.Handle(w, s.CreateKey)
	wire.Handle(w, s.DescribeKey)
	wire.Handle(w, s.ListKeys)
	wire.Handle(w, s.ListAliases)
	wire.Handle(w, s.GetKeyPolicy)
	wire.Handle(w, s.EnableKeyRotation)
	wire.Handle(w, s.DisableKeyRotation)
	wire.Handle(w, s.GetKeyRotationStatus)
	wire.Handle(w, s.ScheduleKeyDeletion)
	wire.Handle(w, s.CancelKeyDeletion)
	wire.Handle(w, s.ListResourceTags)
	return w
}

// Resources are the CloudFormation types that KMS owns.
func (s *Service) Resources() []resource.Type { return []resource.Type{s.keyType(), s.aliasType()} }
