package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/keyvex/keyvex/internal/problem"
)

// journal is the file behind a store. The store's lock guards it.
type journal struct {
	path string
	file *os.File
	// size is how much of the file holds answered changes.
	size int64
	// compactAt is the size at which the next compaction starts.
	compactAt  int64
	compacting bool
	background sync.WaitGroup
	notice     string
}

// worthCompacting is the size in bytes below which a journal is left as it is:
// reading that much takes a fraction of a second.
const worthCompacting = 32 << 20

var errClosed = errors.New("the local state is closed")

func openJournal(path string, each func(record)) (*journal, error) {
	if err := makePrivate(filepath.Dir(path)); err != nil {
		return nil, unusable(path, err)
	}
	content, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, unusable(path, err)
	}
	whole, err := read(path, content, each)
	if err != nil {
		return nil, err
	}
	j := &journal{path: path}
	if whole < len(content) {
		j.notice = fmt.Sprintf("the last change of the local state was cut short (%d bytes) and has been dropped", len(content)-whole)
	}
	if err := j.open(content, whole); err != nil {
		return nil, unusable(path, err)
	}
	return j, nil
}

// makePrivate makes the folder, and keeps others out of one that was there: the
// journal holds secrets.
func makePrivate(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	return os.Chmod(folder, 0o700) //nolint:gosec // a folder has to be entered
}

// open makes the file end after its whole lines, and opens it for appending.
func (j *journal) open(content []byte, whole int) error {
	j.size = int64(whole)
	j.compactAt = worthCompacting
	if err := os.Remove(j.path + unfinished); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if whole == 0 || j.size > worthCompacting {
		return j.rewrite(content[:whole], nil)
	}
	f, err := os.OpenFile(j.path, os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	j.file = f
	if err := f.Chmod(0o600); err != nil { // a copy put back may have become readable
		return err
	}
	if whole == len(content) {
		return nil
	}
	return errors.Join(f.Truncate(j.size), f.Sync())
}

// append writes a line in one write. If that fails, the file is cut back to what
// was answered.
func (j *journal) append(line []byte) error {
	n, err := j.file.WriteAt(line, j.size)
	if err != nil {
		// WriteAt counts no byte of a write that failed, though some may be there.
		return unusable(j.path, errors.Join(err, j.file.Truncate(j.size)))
	}
	j.size += int64(n)
	return nil
}

func (j *journal) close() error {
	err := errors.Join(j.file.Sync(), j.file.Close())
	if err != nil {
		return unusable(j.path, err)
	}
	return nil
}

func unusable(path string, cause error) error {
	reason := cause
	if p, ok := errors.AsType[*fs.PathError](cause); ok {
		reason = p.Err
	}
	return problem.New(problem.Failed, "cannot keep the local state in %s: %v", path, reason).
		WithHint("make room and check the folder's permissions, then restart it with `keyvex local down` and `keyvex local up`").
		WithCause(cause)
}
