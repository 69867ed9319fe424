// Package cloudformation is the sandbox's CloudFormation: stacks, change sets,
// events, rollback and drift, over the resource types that its siblings provide.
//
// A request is checked and planned while it is answered. What takes time is an
// Operation: a journalled record that a goroutine works through (operation.go),
// one step a resource (step.go), so that a sandbox that was killed goes on where
// it was (Resume). Subpackage template knows the language of templates and
// nothing of stacks.
package cloudformation

import (
	"context"
	"sync"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// Lookups are what siblings answer. A nil one finds nothing.
type Lookups struct {
	// Parameter gives a Parameter Store value, decrypted; version 0 is the latest.
	Parameter func(ctx context.Context, name string, version int64) (value string, ok bool)
	// Secret gives the SecretString of a secret, by name or ARN. Without stage and
	// version it is the AWSCURRENT one.
	Secret func(ctx context.Context, id, stage, version string) (string, error)
	// Object gives the body of an S3 object, for TemplateURL.
	Object func(ctx context.Context, bucket, key string) ([]byte, error)
	// Zones lists the availability zones of a region.
	Zones func(region string) []string
}

// Service is the CloudFormation of one sandbox.
type Service struct {
	host    *host.Host
	pace    float64
	types   map[string]resource.Type
	lookups Lookups

	ctx  context.Context
	stop context.CancelFunc

	// mu guards the records: every read and write of them happens under it.
	mu   sync.Mutex
	db   *records
	runs map[string]*run
	wg   sync.WaitGroup
}

// New opens the service on the host's state. Lifecycles take their real-world
// time divided by pace; with pace 0 they take none. Call Resume before serving.
func New(h *host.Host, pace float64, types []resource.Type, lookups Lookups) *Service {
	s := &Service{
		host: h, pace: pace, types: make(map[string]resource.Type, len(types)), lookups: lookups,
		db: openRecords(h.State), runs: map[string]*run{},
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	for _, t := range types {
		s.types[t.Name] = t
	}
	return s
}

// Resume goes on with the operations that were under way when the sandbox ended.
func (s *Service) Resume() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, op := range s.db.operations.All() {
		s.start(op)
	}
}

// Close leaves running operations where they are, for a later Resume, and waits
// until nothing of them runs.
func (s *Service) Close() {
	s.host.State.Atomically(s.stop) // not in the middle of a section
	s.wg.Wait()
}
