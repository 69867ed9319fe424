// Package daemon runs the sandbox behind `--env local` in a background process,
// which every keyvex command finds or starts.
//
// A lock on a file in the folder, held by the process as long as it lives, is the
// truth about whether it runs. The starter takes the lock and binds the port, so
// that two starters cannot both succeed and errors appear in the foreground, and
// hands both to the process it starts: keyvex itself, re-executed.
package daemon

import (
	"time"

	"github.com/keyvex/keyvex/internal/sandbox"
)

// Options say which daemon is wanted. Zero fields take what a running one has, or
// the default.
type Options struct {
	// Folder holds everything that the daemon keeps, made if missing. It must be
	// an absolute path.
	Folder string
	// Address is the host to listen on, a loopback one; 127.0.0.1 unless set.
	Address string
	// Port must be free if it is set. Otherwise it is the folder's last one,
	// DefaultPort or, when those are taken, any free one.
	Port int
	// Pace divides the durations of resource lifecycles; DefaultPace unless set.
	Pace float64
	// Account and Region are the sandbox's. They are settled when its state is
	// first made, and asking for others later is refused.
	Account, Region string
	// Explicit keeps it running until it is stopped; otherwise it ends when it has
	// been idle.
	Explicit bool
	// Idle is after how long without a request it ends; DefaultIdle unless set.
	Idle time.Duration

	// preferred is the port that the folder's daemon had last.
	preferred int
}

// What Options default to.
const (
	DefaultPort = 4599
	// DefaultPace makes a Redis replication group of 9 s out of one of 712 s.
	DefaultPace = 80
	DefaultIdle = 30 * time.Minute

	defaultAddress = "127.0.0.1"
)

// Info is what there is to know about the daemon.
type Info struct {
	Running   bool      `json:"running"`
	Endpoint  string    `json:"endpoint,omitempty"`
	PID       int       `json:"pid,omitempty"`
	Account   string    `json:"account,omitempty"`
	Region    string    `json:"region,omitempty"`
	StartedAt time.Time `json:"startedAt,omitzero"`
	// Build tells one keyvex executable from another.
	Build    string  `json:"build,omitempty"`
	Pace     float64 `json:"pace,omitempty"`
	Explicit bool    `json:"explicit"`
	// CAFile is the certificate to trust for TLS with the local Redis and CDN.
	CAFile string `json:"caFile,omitempty"`
	// Notices are sentences about what had to be mended in the state at the start.
	Notices []string `json:"notices,omitempty"`
}

func (o *Options) fill() {
	if o.Address == "" {
		o.Address = defaultAddress
	}
	if o.Pace == 0 {
		o.Pace = DefaultPace
	}
	if o.Idle == 0 {
		o.Idle = DefaultIdle
	}
	if o.Account == "" {
		o.Account = sandbox.DefaultAccount
	}
	if o.Region == "" {
		o.Region = sandbox.DefaultRegion
	}
}
