// Package host is what the sandbox gives each of its services: who and where it
// is, what time it is, where state goes.
package host

import (
	"io"
	"net"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// Host is the ground every service stands on.
type Host struct {
	// Account and Region are the only ones there are.
	Account, Region string
	// Endpoint is the base URL that clients reach the sandbox at, without a
	// trailing slash, "http://127.0.0.1:4599".
	Endpoint string
	Clock    clock.Clock
	Random   io.Reader
	State    *state.Store
	// Folder is where services keep what is too large for State; empty means in
	// memory.
	Folder string
	// Meter takes what services measure; see Measure.
	Meter func(...Datum)
	// Listen binds a loopback port for a server of a service's own, the one that
	// this name had last if it is free. It is nil where there are no sockets: in
	// process.
	Listen func(name string) (net.Listener, error)
}

// ARN builds an ARN of a regional resource of the service in this account.
func (h *Host) ARN(service, resource string) string {
	return "arn:aws:" + service + ":" + h.Region + ":" + h.Account + ":" + resource
}

// GlobalARN builds an ARN without a region (IAM, CloudFront).
func (h *Host) GlobalARN(service, resource string) string {
	return "arn:aws:" + service + "::" + h.Account + ":" + resource
}

// ID draws n characters of the alphabet.
func (h *Host) ID(alphabet string, n int) string {
	raw := make([]byte, n)
	if _, err := io.ReadFull(h.Random, raw); err != nil {
		panic("sandbox: no randomness: " + err.Error())
	}
	for i, b := range raw {
		raw[i] = alphabet[int(b)%len(alphabet)]
	}
	return string(raw)
}

// Alphabets of the ids that AWS hands out.
const (
	Hex     = "0123456789abcdef"
	LowerID = "abcdefghijklmnopqrstuvwxyz0123456789"
	UpperID = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	MixedID = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)
