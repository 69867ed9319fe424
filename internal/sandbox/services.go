package sandbox

import (
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/ssm"
	"github.com/keyvex/keyvex/internal/sandbox/sts"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Services are the services of a sandbox, for use without the wire.
type Services struct {
	STS *sts.Service
	SSM *ssm.Service
}

// service is what every service package offers.
type service interface {
	Wire() *wire.Service
	Resources() []resource.Type
}

func (s *Services) all() []service {
	return []service{s.STS, s.SSM}
}

// open makes the services and introduces them to each other.
func (s *Services) open(h *host.Host, o Options) error {
	s.STS = sts.New(h)
	s.SSM = ssm.New(h)
	return nil
}

// wired are all services as the router takes them.
func (s *Services) wired() []*wire.Service {
	var out []*wire.Service
	for _, each := range s.all() {
		out = append(out, each.Wire())
	}
	return out
}

// close ends what the services run in the background.
func (s *Services) close() error { return nil }
