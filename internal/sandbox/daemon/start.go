package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/problem"
)

// marker is the environment variable that makes a keyvex process the daemon. Its
// value is an order.
const marker = "KEYVEX_SANDBOX_DAEMON"

// order is what the starter tells the daemon.
type order struct {
	Folder string
	Info   Info
	Idle   time.Duration
}

// The descriptors that the daemon is born with beside the standard three.
const (
	listenerFD = 3 + iota
	lockFD
	reportFD
)

// report is what the daemon tells its starter once: that it serves, or why not.
type report struct {
	Info    Info
	Failed  bool
	Kind    problem.Kind
	Message string
	Hint    string
}

// start starts the daemon and waits until it serves. The caller has the lock, and
// the daemon inherits it.
func (o *Options) start(ctx context.Context, lock *os.File) (Info, error) {
	if err := errors.Join(forgetInfo(o.Folder), checkIdentity(*o)); err != nil {
		return Info{}, err
	}
	build, err := thisBuild()
	if err != nil {
		return Info{}, err
	}
	if id, ok, err := readIdentity(o.Folder); ok && err == nil {
		o.preferred = id.Port
	}
	listener, endpoint, err := o.listen()
	if err != nil {
		return Info{}, err
	}
	defer func() { _ = listener.Close() }()
	o.fill()
	socket, err := listener.File()
	if err != nil {
		return Info{}, err
	}
	defer func() { _ = socket.Close() }()
	return o.spawn(ctx, socket, lock, order{Folder: o.Folder, Idle: o.Idle, Info: Info{
		Endpoint: endpoint, Build: build, Pace: o.Pace, Explicit: o.Explicit, Account: o.Account, Region: o.Region,
	}})
}

// spawn runs keyvex as the daemon, and reads its report.
func (o *Options) spawn(ctx context.Context, socket, lock *os.File, what order) (Info, error) {
	log, err := openLog(o.Folder)
	if err != nil {
		return Info{}, err
	}
	defer func() { _ = log.Close() }()
	ours, theirs, err := os.Pipe()
	if err != nil {
		return Info{}, err
	}
	defer func() { _ = ours.Close() }()
	cmd, err := what.command()
	if err != nil {
		return Info{}, errors.Join(err, theirs.Close())
	}
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{listenerFD - 3: socket, lockFD - 3: lock, reportFD - 3: theirs}
	err = cmd.Start()
	_ = theirs.Close()
	if err != nil {
		return Info{}, problem.New(problem.Failed, "cannot start the local platform: %v", err).WithCause(err)
	}
	// It outlives us; nobody waits for it but Stop.
	_ = cmd.Process.Release()
	defer context.AfterFunc(ctx, func() { _ = ours.SetReadDeadline(clock.Wall{}.Now()) })()
	return readReport(ctx, o.Folder, ours)
}

// command is keyvex re-executed: in a session of its own, in the folder, and with
// an environment from scratch, so that nothing of the user's AWS reaches it.
func (what order) command() (*exec.Cmd, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, err
	}
	encoded, err := json.Marshal(what)
	if err != nil {
		return nil, err
	}
	cmd := &exec.Cmd{
		Path:        path,
		Args:        []string{filepath.Base(path), "(local platform in " + what.Folder + ")"},
		Dir:         what.Folder,
		Env:         []string{marker + "=" + string(encoded)},
		SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	for _, name := range []string{"PATH", "HOME", "TMPDIR"} {
		if value, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	return cmd, nil
}

func readReport(ctx context.Context, folder string, from io.Reader) (Info, error) {
	var r report
	switch err := json.NewDecoder(from).Decode(&r); {
	case ctx.Err() != nil:
		return Info{}, context.Cause(ctx)
	case err != nil:
		return Info{}, problem.New(problem.Failed, "the local platform ended while it started").
			WithHint("see why in %s", LogPath(folder)).WithCause(err)
	case r.Failed:
		return Info{}, problem.New(r.Kind, "%s", r.Message).WithHint("%s", r.Hint)
	}
	return r.Info, nil
}

// maxLog is the size in bytes beyond which a log is put aside at the next start.
const maxLog = 8 << 20

func openLog(folder string) (*os.File, error) {
	path := LogPath(folder)
	if stat, err := os.Stat(path); err == nil && stat.Size() > maxLog {
		_ = os.Rename(path, path+".old")
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, unusable(folder, err)
	}
	return f, nil
}
