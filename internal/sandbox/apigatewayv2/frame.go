package apigatewayv2

import (
	"bufio"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
)

// Limits of what a client sends (API Gateway quotas, "WebSocket API").
const (
	maxMessage = 128 << 10
	maxFrame   = 32 << 10
)

// meteredWriter hands out its connection with a meter on what the client sends.
type meteredWriter struct {
	http.ResponseWriter
	meter *frameMeter
}

// Hijack takes over the connection.
func (w meteredWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	buffered, err := rw.Reader.Peek(rw.Reader.Buffered())
	if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, nil, errors.Join(err, c.Close())
	}
	w.meter.see(buffered)
	return meteredConn{c, w.meter}, rw, nil
}

type meteredConn struct {
	net.Conn
	meter *frameMeter
}

func (c meteredConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.meter.see(b[:n])
	return n, err
}

// frameMeter walks the headers of a client's frames (RFC 6455, section 5.2) and
// notices one whose payload is longer than API Gateway takes. The WebSocket library
// bounds messages only.
type frameMeter struct {
	tooLong atomic.Bool

	header  []byte
	payload uint64
}

func (m *frameMeter) see(b []byte) {
	for len(b) > 0 {
		if m.payload > 0 {
			skipped := min(m.payload, uint64(len(b)))
			m.payload -= skipped
			b = b[skipped:]
			continue
		}
		m.header = append(m.header, b[0])
		b = b[1:]
		if len(m.header) >= 2 && len(m.header) == headerLength(m.header[1]) {
			m.payload = payloadLength(m.header)
			m.header = m.header[:0]
			if m.payload > maxFrame {
				m.tooLong.Store(true)
			}
		}
	}
}

// headerLength is known from the second byte: the length's form, and the mask.
func headerLength(second byte) int {
	n := 2
	switch second & 0x7f {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	if second&0x80 != 0 {
		n += 4
	}
	return n
}

func payloadLength(header []byte) uint64 {
	switch short := header[1] & 0x7f; short {
	case 126:
		return uint64(binary.BigEndian.Uint16(header[2:]))
	case 127:
		return binary.BigEndian.Uint64(header[2:])
	default:
		return uint64(short)
	}
}
