// Package node is a Redis server of the sandbox's ElastiCache: miniredis behind
// TLS and AUTH, on the sandbox's clock, with the memory of its node type.
package node

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"net"
	"sync"
	"sync/atomic"

	"github.com/alicebob/miniredis/v2"

	"github.com/keyvex/keyvex/internal/clock"
)

// Options say what server to make.
type Options struct {
	Clock clock.Clock
	// Protected reports whether clients must authenticate, and Authenticates whether
	// a token is good. Both are asked at each attempt.
	Protected     func() bool
	Authenticates func(token string) bool
	// Memory is what keys and values may take, in bytes.
	Memory int64
}

// Node is a running server.
type Node struct {
	options Options
	redis   *miniredis.Miniredis
	// inner is the password that miniredis knows; clients' tokens are exchanged
	// for it, so that several can be good at once.
	inner string

	mu       sync.Mutex
	listener net.Listener
	closed   bool
	accepted sync.WaitGroup

	count  counters
	memory memory
}

// New makes a server without a socket: Dial reaches it.
func New(o Options) *Node {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // it never fails
	n := &Node{options: o, redis: miniredis.NewMiniRedis(), inner: hex.EncodeToString(raw)}
	n.redis.ClockTTL(true)
	n.redis.SetTime(o.Clock.Now())
	// miniredis starts its server with the first connection.
	if first, err := n.redis.Dial(); err == nil {
		_ = first.Close()
	}
	n.redis.Server().SetPreHook(n.before)
	n.Secure()
	return n
}

// Secure takes over a change in whether clients must authenticate. Those that are
// connected stay so, as in Redis.
func (n *Node) Secure() {
	if n.options.Protected() {
		n.redis.RequireAuth(n.inner)
	} else {
		n.redis.RequireAuth("")
	}
}

// Serve accepts connections until the node is closed. Without a TLS configuration
// they are plain.
func (n *Node) Serve(l net.Listener, config *tls.Config) {
	if config != nil {
		l = tls.NewListener(l, config)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		l.Close()
		return
	}
	n.listener = l
	n.accepted.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			n.connect(c)
		}
	})
}

// Dial connects in process.
func (n *Node) Dial() net.Conn {
	here, there := net.Pipe()
	n.connect(there)
	return here
}

func (n *Node) connect(c net.Conn) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		_ = c.Close()
		return
	}
	n.count.connections.Add(1)
	n.redis.Server().ServeConn(&timed{Conn: c, node: n})
}

// Flush forgets all data, as a reboot does.
func (n *Node) Flush() { n.redis.FlushAll() }

// Close ends the server and all connections.
func (n *Node) Close() {
	n.mu.Lock()
	n.closed = true
	if n.listener != nil {
		n.listener.Close()
	}
	n.mu.Unlock()
	n.accepted.Wait()
	n.redis.Close()
}

// timed is a connection on which the server's time moves with every message:
// miniredis has no clock of its own.
type timed struct {
	net.Conn
	node *Node
}

func (t *timed) Read(b []byte) (int, error) {
	read, err := t.Conn.Read(b)
	t.node.redis.SetTime(t.node.options.Clock.Now())
	t.node.weigh(int64(read))
	return read, err
}

// counters count since the start.
type counters struct{ connections, commands, reads, writes, hits, misses, evictions atomic.Int64 }
