package daemon

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/sandbox"
)

// settling is how long a daemon may take to start or to stop.
const settling = 20 * time.Second

// Ensure finds the folder's daemon or starts it, and reports whether it did. One
// of another build, or with another port or pace than asked for, is drained and
// started anew; one that would have ended when idle is kept if o is Explicit. Of
// several at once, one starts it and all get the same Info. Errors are
// [problem.Error]s, and leave what runs running and what is stored as it was.
func Ensure(ctx context.Context, o Options) (info Info, started bool, err error) {
	if err := checkAddress(o.Address); err != nil {
		return Info{}, false, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, settling, errUnsettled(o.Folder))
	defer cancel()
	for {
		if info, ok := serving(ctx, o.Folder); ok {
			done, err := o.adopt(ctx, &info)
			if done || err != nil {
				return info, false, err
			}
			continue
		}
		lock, err := tryLock(o.Folder)
		if err != nil {
			return Info{}, false, err
		}
		if lock != nil {
			info, err := o.start(ctx, lock)
			return info, err == nil, errors.Join(err, lock.Close())
		}
		if err := pause(ctx); err != nil {
			return Info{}, false, err
		}
	}
}

// serving gives the daemon that holds the lock and takes connections.
func serving(ctx context.Context, folder string) (Info, bool) {
	if busy, err := held(folder); !busy || err != nil {
		return Info{}, false
	}
	info, ok := readInfo(folder)
	if !ok {
		return Info{}, false
	}
	// What is written may be of one that was killed, with the lock in the hands of
	// the next starter.
	c, err := new(net.Dialer).DialContext(ctx, "tcp", strings.TrimPrefix(info.Endpoint, "http://"))
	if err != nil {
		return Info{}, false
	}
	return info, c.Close() == nil
}

// adopt makes a running daemon do, or stops it so that a new one can be started,
// which takes over what o leaves open. It reports whether the daemon does.
func (o *Options) adopt(ctx context.Context, info *Info) (bool, error) {
	if err := checkIdentity(*o); err != nil {
		return false, err
	}
	build, err := thisBuild()
	if err != nil {
		return false, err
	}
	_, port := split(info.Endpoint)
	if info.Build == build && (o.Port == 0 || o.Port == port) && (o.Pace == 0 || o.Pace == info.Pace) {
		if o.Explicit && !info.Explicit {
			info.Explicit = true
			return true, control(ctx, o.Folder, *info, keepPath, nil)
		}
		return true, nil
	}
	if err := sandbox.CheckFolder(filepath.Join(o.Folder, stateFolder)); err != nil {
		return false, err
	}
	if o.Port != 0 && o.Port != port {
		// Found out now, while the old one still runs.
		l, _, err := o.listen()
		if err != nil {
			return false, err
		}
		_ = l.Close()
	}
	o.Explicit = o.Explicit || info.Explicit
	if o.Pace == 0 {
		o.Pace = info.Pace
	}
	return false, stop(ctx, o.Folder, *info)
}

// Status tells about the folder's daemon. Nothing running is no error.
func Status(ctx context.Context, folder string) (Info, error) {
	if _, err := held(folder); err != nil {
		return Info{}, err
	}
	info, _ := serving(ctx, folder)
	return info, nil
}

// pause waits a moment for somebody else to get on.
func pause(ctx context.Context) error {
	if err := clock.Sleep(ctx, clock.Wall{}, 3*time.Millisecond); err != nil {
		return context.Cause(ctx)
	}
	return nil
}

func errUnsettled(folder string) error {
	return problem.New(problem.Failed, "the local platform neither starts nor stops").
		WithHint("see what it does in %s", LogPath(folder))
}
