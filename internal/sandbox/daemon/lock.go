package daemon

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// tryLock takes the folder's lock, or gives nil if somebody holds it. It lasts
// until the file and every copy of its descriptor are closed.
func tryLock(folder string) (*os.File, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, unusable(folder, err)
	}
	f, err := os.OpenFile(filepath.Join(folder, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, unusable(folder, err)
	}
	return locked(folder, f, unix.LOCK_EX)
}

// held reports whether a daemon holds the folder's lock, or somebody is about to
// start one.
func held(folder string) (bool, error) {
	f, err := os.Open(filepath.Join(folder, lockFile))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, unusable(folder, err)
	}
	// A shared lock, so that two who only ask do not see each other.
	mine, err := locked(folder, f, unix.LOCK_SH)
	if mine == nil {
		return err == nil, err
	}
	return false, mine.Close()
}

func locked(folder string, f *os.File, how int) (*os.File, error) {
	err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
	if err == nil {
		return f, nil
	}
	_ = f.Close()
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, nil
	}
	return nil, unusable(folder, err)
}
