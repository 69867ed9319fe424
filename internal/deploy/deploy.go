// Package deploy brings the platform's CloudFormation stacks to a release, and
// away again: plan, execute, observe, recover.
//
// A [Deployer] asks AWS what is there ([Deployer.Plan]), shows what would change
// ([Deployer.Diff]) and makes it so ([Deployer.Deploy]), as a stream of events
// that somebody else draws. It keeps nothing between runs: CloudFormation is the
// record. Whatever a run that was cut short left behind, the next one finds in
// the stacks' own status and carries on from there.
//
// Errors that reach a person are *problem.Error values, which name the stack, the
// resource and the server's own words.
package deploy

import (
	"encoding/binary"
	"encoding/hex"
	"io"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
)

// Settings say where a Deployer works.
type Settings struct {
	// Account and Region are the caller's, as STS and the SDK tell them. Reading
	// commands can do without the account.
	Account, Region string
	// Loopback is an endpoint on this machine: it is polled faster, and given up
	// on sooner.
	Loopback bool
	Clock    clock.Clock
	// Random is the source of run tokens and of jitter.
	Random io.Reader
}

// Deployer plans and makes changes. It is safe for concurrent use, but two runs on
// one environment at the same time get in each other's way.
type Deployer struct {
	clients  Clients
	settings Settings
	pace     pace
	random   sync.Mutex
}

// New makes a Deployer. A nil Clock is the wall clock.
func New(c Clients, s Settings) *Deployer {
	if s.Clock == nil {
		s.Clock = clock.Wall{}
	}
	return &Deployer{clients: c, settings: s, pace: paceFor(s.Loopback)}
}

func (d *Deployer) now() time.Time { return d.settings.Clock.Now() }

// draw reads n bytes of randomness in hexadecimal.
func (d *Deployer) draw(n int) string {
	d.random.Lock()
	defer d.random.Unlock()
	raw := make([]byte, n)
	if _, err := io.ReadFull(d.settings.Random, raw); err != nil {
		panic("deploy: no randomness: " + err.Error())
	}
	return hex.EncodeToString(raw)
}

// chance is a random number from 0 up to 1.
func (d *Deployer) chance() float64 {
	d.random.Lock()
	defer d.random.Unlock()
	var raw [2]byte
	if _, err := io.ReadFull(d.settings.Random, raw[:]); err != nil {
		panic("deploy: no randomness: " + err.Error())
	}
	return float64(binary.BigEndian.Uint16(raw[:])) / (1 << 16)
}
