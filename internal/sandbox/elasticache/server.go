package elasticache

import (
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/keyvex/keyvex/internal/sandbox/authority"
	"github.com/keyvex/keyvex/internal/sandbox/elasticache/node"
)

const loopback = "127.0.0.1"

// running is the server of a group; its port is 0 in process.
type running struct {
	*node.Node
	port int32
	// before is what it told a minute ago.
	before node.Figures
}

// servers are those of all groups. Its lock is taken inside the service's.
type servers struct {
	signer  *authority.Authority
	mu      sync.Mutex
	running map[string]*running
}

// serve starts the server of a group, on the port that it had last.
func (s *Service) serve(g replicationGroup) error {
	id := g.ID
	r := &running{Node: node.New(node.Options{
		Clock: s.host.Clock, Memory: maxMemory(value(g.Properties.CacheNodeType)),
		Protected: func() bool {
			g, ok := s.groups.Get(id)
			return ok && len(g.Tokens) > 0
		},
		Authenticates: func(token string) bool { return s.Authenticates(id, token) },
	})}
	if s.host.Listen != nil {
		listener, err := s.host.Listen("redis/" + id)
		if err != nil {
			r.Close()
			return fmt.Errorf("elasticache: no port for %s: %w", id, err)
		}
		r.port = int32(listener.Addr().(*net.TCPAddr).Port)
		var config *tls.Config
		if g.encrypted() {
			config = s.servers.signer.TLS()
		}
		r.Serve(listener, config)
	}
	s.servers.mu.Lock()
	defer s.servers.mu.Unlock()
	s.servers.running[id] = r
	return nil
}

// Dial connects to a group's server in process: as a client behind TLS would be
// connected.
func (s *Service) Dial(groupID string) (net.Conn, error) {
	r := s.servers.get(strings.ToLower(groupID))
	if r == nil {
		_, err := s.findGroup(&groupID)
		return nil, err
	}
	return r.Dial(), nil
}

func (s *servers) get(id string) *running {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running[id]
}

func (s *servers) port(id string) int32 {
	if r := s.get(id); r != nil {
		return r.port
	}
	return 0
}

func (s *servers) secure(id string) {
	if r := s.get(id); r != nil {
		r.Secure()
	}
}

// end stops the server of a group.
func (s *servers) end(id string) {
	s.mu.Lock()
	r := s.running[id]
	delete(s.running, id)
	s.mu.Unlock()
	if r != nil {
		r.Close()
	}
}

// Close ends all servers.
func (s *Service) Close() {
	for _, g := range s.groups.All() {
		s.servers.end(g.ID)
	}
}

// maxMemory is the maxmemory of a node type in bytes ("Redis node-type specific
// parameters", ElastiCache User Guide); the smallest for one that is not known here.
func maxMemory(nodeType string) int64 {
	known := map[string]int64{
		"micro": 536870912, "small": 1471026299, "medium": 3317862236,
		"m5.large": 6854542746, "m6g.large": 6854542746, "m7g.large": 6854542746,
		"r5.large": 14037181030, "r6g.large": 14037181030, "r7g.large": 14037181030,
	}
	name := strings.TrimPrefix(nodeType, "cache.")
	if memory, ok := known[name]; ok {
		return memory
	}
	_, size, _ := strings.Cut(name, ".")
	if memory, ok := known[size]; ok {
		return memory
	}
	return known["micro"]
}
