package cloudfront

import (
	"crypto/tls"
	"net"
	"sync"
)

// sniffer accepts connections that speak TLS and others on one port: the first byte
// tells them apart.
type sniffer struct {
	net.Listener
	config *tls.Config
}

func (l sniffer) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &sniffed{Conn: c, config: l.config}, nil
}

// handshake is the type of a TLS client's first record (RFC 8446, section 5.1).
const handshake = 22

// sniffed decides when the server first reads, which is in the connection's own
// goroutine.
type sniffed struct {
	net.Conn
	config *tls.Config
	once   sync.Once
	inner  net.Conn
	err    error
}

func (c *sniffed) Read(b []byte) (int, error) {
	c.once.Do(c.decide)
	if c.err != nil {
		return 0, c.err
	}
	return c.inner.Read(b)
}

func (c *sniffed) Write(b []byte) (int, error) {
	c.once.Do(c.decide)
	if c.err != nil {
		return 0, c.err
	}
	return c.inner.Write(b)
}

func (c *sniffed) decide() {
	first := make([]byte, 1)
	if _, c.err = c.Conn.Read(first); c.err != nil {
		return
	}
	c.inner = &replayed{Conn: c.Conn, first: first}
	if first[0] == handshake {
		c.inner = tls.Server(c.inner, c.config)
	}
}

// replayed gives the byte that was read already once more.
type replayed struct {
	net.Conn
	first []byte
}

func (c *replayed) Read(b []byte) (int, error) {
	if len(c.first) > 0 && len(b) > 0 {
		n := copy(b, c.first)
		c.first = c.first[n:]
		return n, nil
	}
	return c.Conn.Read(b)
}
