package daemon

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Stop drains and ends the folder's daemon, and reports whether one was running.
// When it returns, the process is gone and its state on the disk.
func Stop(ctx context.Context, folder string) (stopped bool, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, settling, errUnsettled(folder))
	defer cancel()
	for {
		busy, err := held(folder)
		if err != nil || !busy {
			return stopped, err
		}
		if info, ok := serving(ctx, folder); ok {
			if err := stop(ctx, folder, info); err != nil {
				return stopped, err
			}
			stopped = true
		}
		// Otherwise somebody is starting one, or stopping it: then so be it.
		if err := pause(ctx); err != nil {
			return stopped, err
		}
	}
}

// stop ends that daemon and waits until it has let go of the lock.
func stop(ctx context.Context, folder string, info Info) error {
	if err := control(ctx, folder, info, stopPath, nil); err != nil {
		return err
	}
	for {
		busy, err := held(folder)
		if err != nil {
			return err
		}
		if current, ok := readInfo(folder); !busy || ok && current.PID != info.PID {
			reap(info.PID)
			return nil
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
}

// reap takes leave of a daemon that this very process started and that has ended.
// For any other, it does nothing.
func reap(pid int) { _, _ = unix.Wait4(pid, nil, 0, nil) }

// Reset stops the folder's daemon and forgets its state, keys and log.
func Reset(ctx context.Context, folder string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, settling, errUnsettled(folder))
	defer cancel()
	for {
		if _, err := Stop(ctx, folder); err != nil {
			return err
		}
		lock, err := tryLock(folder)
		if err != nil {
			return err
		}
		if lock != nil {
			// The lock's own file stays: another may be waiting for it.
			return errors.Join(forget(folder), lock.Close())
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
}

func forget(folder string) error {
	for _, name := range []string{infoFile, stateFolder, identityFile, logFile, logFile + ".old"} {
		if err := os.RemoveAll(filepath.Join(folder, name)); err != nil {
			return unusable(folder, err)
		}
	}
	return nil
}
