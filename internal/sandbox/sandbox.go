// Package sandbox is the AWS inside keyvex: the services that Keyvex's stacks and
// commands use, in one process, behind one HTTP handler.
//
// The same sandbox serves `--env local` from a background process (package daemon)
// and every test from within its own.
package sandbox

import (
	"cmp"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/faults"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/process"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Options say what sandbox to make. The zero value is one in memory, on the
// machine's clock, whose resources take no time.
type Options struct {
	// Account is the account's number, DefaultAccount unless set.
	Account string
	// Region is DefaultRegion unless set.
	Region string
	// Clock is the machine's unless set.
	Clock clock.Clock
	// Random is crypto/rand unless set.
	Random io.Reader
	// Pace divides the real-world durations of resource lifecycles, and nothing
	// else; 0 means that they take no time.
	Pace float64
	// Seed decides what Faults draws.
	Seed uint64
	// Folder is where state goes, made if missing; empty keeps it in memory.
	Folder string
	// AccessKey and Secret are the account's own credentials, which requests over
	// Handler must be signed with; both empty means DefaultAccessKey and
	// DefaultSecret.
	AccessKey, Secret string
	// Endpoint is the base URL that clients reach Handler at, for the URLs that
	// services hand out; empty means in process.
	Endpoint string
	// Sockets lets services listen on loopback ports of their own: Redis, the CDN,
	// the functions' Runtime API.
	Sockets bool
	// Functions runs the Lambda functions. Unless set, with Sockets they are
	// processes of this program (see lambda/process), and without none can start.
	Functions runner.Runner
}

// What Options default to.
const (
	DefaultAccount = "000000000000"
	DefaultRegion  = "us-east-1"
	// DefaultAccessKey and DefaultSecret are for sandboxes that no other process
	// can reach.
	DefaultAccessKey = "AKIAKEYVEXSANDBOX000"
	DefaultSecret    = "sandbox"
)

// Sandbox is one AWS account in one region.
type Sandbox struct {
	Services
	// Faults makes calls fail on purpose; it begins without rules.
	Faults *faults.Injector

	host    *host.Host
	router  *wire.Router
	options Options
}

// New makes a sandbox, with what the folder has of it. Errors are
// [problem.Error]s about the state folder. Nobody else may use the folder: the
// daemon's lock sees to that.
func New(o Options) (*Sandbox, error) {
	o.fill()
	store := state.Memory()
	if o.Folder != "" {
		var err error
		if store, err = state.Open(filepath.Join(o.Folder, journalFile)); err != nil {
			return nil, err
		}
	}
	readdress(store, o.Endpoint)
	h := &host.Host{Account: o.Account, Region: o.Region, Endpoint: o.Endpoint, Clock: o.Clock, Random: o.Random, State: store, Folder: o.Folder}
	if o.Sockets {
		h.Listen = newPorts(store).listen
	}
	s := &Sandbox{host: h, options: o, Faults: faults.New(o.Seed, o.Clock)}
	if err := s.Services.open(h, o.Pace, o.runner(), o.Secret); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	s.router = s.newRouter()
	return s, nil
}

// journalFile is the state's name in Options.Folder.
const journalFile = "state.journal"

// functionsFolder, in Options.Folder, is where the program of functions' processes is
// linked.
const functionsFolder = "functions"

// runner is what runs functions; nil is nothing.
func (o *Options) runner() runner.Runner {
	if o.Functions != nil || !o.Sockets {
		return o.Functions
	}
	folder := o.Folder
	if folder != "" {
		folder = filepath.Join(folder, functionsFolder)
	}
	return process.New(folder, o.Random)
}

func (o *Options) fill() {
	o.Account = cmp.Or(o.Account, DefaultAccount)
	o.Region = cmp.Or(o.Region, DefaultRegion)
	o.Endpoint = cmp.Or(o.Endpoint, wire.LocalEndpoint)
	if o.Clock == nil {
		o.Clock = clock.Wall{}
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.AccessKey == "" && o.Secret == "" {
		o.AccessKey, o.Secret = DefaultAccessKey, DefaultSecret
	}
}

// Handler serves the sandbox to clients in any of AWS's protocols.
func (s *Sandbox) Handler() http.Handler { return s.router }

// Transport reaches the handler without a socket.
func (s *Sandbox) Transport() http.RoundTripper { return wire.Transport{Handler: s.router} }

// SDKConfig makes SDK clients that reach the sandbox without a socket.
func (s *Sandbox) SDKConfig() aws.Config {
	return wire.SDKConfig(s.router, s.options.Region, credentials.NewStaticCredentialsProvider(s.options.AccessKey, s.options.Secret, ""))
}

// CAFile is the certificate of the authority that signs for Redis and the CDN; empty
// in memory.
func (s *Sandbox) CAFile() string { return s.Authority.CAFile() }

// Notices says in sentences what had to be mended in the state on opening.
func (s *Sandbox) Notices() []string { return s.host.State.Notices() }

// Close ends what runs in the background and brings the state to the disk.
func (s *Sandbox) Close() error {
	return errors.Join(s.Services.close(), s.host.State.Close())
}

// CheckFolder fails if New would refuse the folder's state for its format.
func CheckFolder(folder string) error { return state.Check(filepath.Join(folder, journalFile)) }
