package sandbox

import (
	"fmt"
	"net"

	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// ports gives servers of the services' own a loopback port each, the same one
// after every start as long as nobody else has taken it.
type ports struct{ last *state.Map[int] }

func newPorts(s *state.Store) ports { return ports{state.NewMap[int](s, "sandbox.port")} }

// listen binds the named server's port.
func (p ports) listen(name string) (net.Listener, error) {
	port, known := p.last.Get(name)
	if known {
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			return l, nil
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p.last.Set(name, l.Addr().(*net.TCPAddr).Port)
	return l, nil
}
