package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/sandbox"
	"github.com/keyvex/keyvex/internal/sandbox/clocks"
	"golang.org/x/sys/unix"
)

// RunIfMarked makes this process the daemon, and does not return, if a starter has
// marked it so. It must be the first thing in main, and in the TestMain of every
// package whose tests start a daemon.
func RunIfMarked() {
	encoded, ok := os.LookupEnv(marker)
	if !ok {
		return
	}
	os.Exit(run(encoded))
}

// process is the daemon's side.
type process struct {
	order
	identity identity
	clock    *clocks.Offset
	sandbox  *sandbox.Sandbox
	lock     *os.File

	mu     sync.Mutex // guards Info.Explicit
	ending context.Context
	end    func(why string)
	idle   idleWatch
	chaos  killer
}

func run(encoded string) int {
	_ = os.Unsetenv(marker)
	for fd := listenerFD; fd <= reportFD; fd++ {
		// Function processes must not inherit the lock.
		unix.CloseOnExec(fd)
	}
	starter := os.NewFile(reportFD, "report")
	p := &process{clock: clocks.NewOffset(clock.Wall{}), lock: os.NewFile(lockFD, lockFile)}
	listener, err := p.open(encoded)
	if err != nil {
		tell(starter, report{Failed: true, Kind: problem.KindOf(err), Message: err.Error(), Hint: hintOf(err)})
		return 1
	}
	tell(starter, report{Info: p.Info})
	return p.serve(listener)
}

func tell(starter *os.File, r report) {
	_ = json.NewEncoder(starter).Encode(r)
	_ = starter.Close()
}

func hintOf(err error) string {
	if e, ok := errors.AsType[*problem.Error](err); ok {
		return e.Hint
	}
	return ""
}

// open does everything that can fail.
func (p *process) open(encoded string) (net.Listener, error) {
	if err := json.Unmarshal([]byte(encoded), &p.order); err != nil {
		return nil, fmt.Errorf("%s: %w", marker, err)
	}
	file := os.NewFile(listenerFD, "listener")
	listener, err := net.FileListener(file)
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	_, port := split(p.Info.Endpoint)
	p.identity, err = settleIdentity(Options{Folder: p.Folder, Account: p.Info.Account, Region: p.Info.Region, Port: port})
	if err != nil {
		return nil, err
	}
	p.Info.Running, p.Info.PID, p.Info.StartedAt = true, os.Getpid(), clock.Wall{}.Now().UTC().Truncate(time.Millisecond)
	p.Info.Account, p.Info.Region = p.identity.Account, p.identity.Region
	p.sandbox, err = sandbox.New(sandbox.Options{
		Account: p.identity.Account, Region: p.identity.Region, AccessKey: p.identity.AccessKeyID, Secret: p.identity.SecretAccessKey,
		Clock: p.clock, Pace: p.Info.Pace, Folder: filepath.Join(p.Folder, stateFolder), Endpoint: p.Info.Endpoint,
		Sockets: true,
	})
	if err != nil {
		return nil, err
	}
	p.Info.Notices, p.Info.CAFile = p.sandbox.Notices(), p.sandbox.CAFile()
	if err := p.writeInfo(); err != nil {
		return nil, errors.Join(err, p.sandbox.Close())
	}
	return listener, nil
}

func (p *process) writeInfo() error { return writeJSON(filepath.Join(p.Folder, infoFile), p.Info) }

// keep makes an automatically started daemon stay.
func (p *process) keep() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Info.Explicit = true
	return p.writeInfo()
}

func (p *process) explicit() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.Info.Explicit
}

// serve answers requests until the daemon is to end, and ends it.
func (p *process) serve(listener net.Listener) int {
	logger := log.New(os.Stderr, "", log.LstdFlags|log.LUTC)
	logger.Printf("serving at %s, build %s, process %d", p.Info.Endpoint, p.Info.Build, p.Info.PID)
	ending, end := context.WithCancelCause(context.Background())
	p.ending, p.end = ending, func(why string) { end(errors.New(why)) }
	requests, cancelRequests := context.WithCancel(context.Background())
	defer cancelRequests()
	server := &http.Server{
		Handler:           p.idle.watch(p.controlled(p.sandbox.Handler())),
		BaseContext:       func(net.Listener) context.Context { return requests },
		ErrorLog:          logger,
		ReadHeaderTimeout: time.Minute,
	}
	p.idle.start(clock.Wall{}, p.Idle, p.explicit, func() { p.end("idle") })
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			end(err)
		}
	}()
	p.endOnSignal()
	p.endWhenOrphaned()
	<-ending.Done()
	logger.Printf("ending: %v", context.Cause(ending))
	p.chaos.set(0, nil)
	err := p.drain(server, cancelRequests)
	if err != nil {
		logger.Print(err)
		return 1
	}
	return 0
}

func (p *process) endOnSignal() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, unix.SIGTERM, unix.SIGINT)
	go func() { p.end((<-signals).String()) }()
}

// How long requests under way may take on their own (long polls end when their
// context does), and then in all.
const (
	drainQuietly = 300 * time.Millisecond
	drainAtMost  = 5 * time.Second
)

// drain lets the requests under way finish, and saves.
func (p *process) drain(server *http.Server, cancelRequests func()) error {
	err := forgetInfo(p.Folder)
	defer clock.Wall{}.AfterFunc(drainQuietly, cancelRequests)()
	ctx, cancel := context.WithTimeout(context.Background(), drainAtMost)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		_ = server.Close()
	}
	// The lock goes with the process, after the state is on the disk.
	return errors.Join(err, p.sandbox.Close())
}
