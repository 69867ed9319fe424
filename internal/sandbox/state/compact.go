package state

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// compactInBackground starts a compaction if the journal has grown enough. The
// caller holds mu.
func (j *journal) compactInBackground(mu *sync.Mutex) {
	if j.compacting || j.size < j.compactAt {
		return
	}
	j.compacting = true
	size := j.size
	j.background.Go(func() {
		content := make([]byte, size)
		err := readAll(j.path, 0, content)
		if err == nil {
			err = j.rewrite(content, mu)
		}
		mu.Lock()
		defer mu.Unlock()
		j.compacting = false
		if err != nil {
			// The old journal is whole, so this is only a wish postponed.
			j.compactAt = 2 * j.size
		}
	})
}

// readAll fills content from that offset of the file.
func readAll(path string, offset int64, content []byte) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	_, err = f.ReadAt(content, offset)
	return err
}

// unfinished ends the name of a journal being compacted.
const unfinished = ".new"

// rewrite puts a journal with only the last word of each record of content in the
// place of the current one. With a lock, what has been appended to the current
// one in the meantime is taken along under it.
func (j *journal) rewrite(content []byte, mu *sync.Mutex) error {
	f, err := os.OpenFile(j.path+unfinished, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	size, err := writeCompact(f, j.path, content)
	if err == nil {
		err = f.Sync()
	}
	if mu != nil {
		mu.Lock()
		defer mu.Unlock()
	}
	if err == nil {
		err = j.replaceWith(f, size, int64(len(content)))
	}
	if err != nil {
		return errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	return syncFolder(filepath.Dir(j.path))
}

// replaceWith makes f, which holds size bytes for the current journal's first
// covered ones, the journal.
func (j *journal) replaceWith(f *os.File, size, covered int64) error {
	tail := make([]byte, max(0, j.size-covered))
	if len(tail) > 0 {
		if err := readAll(j.path, covered, tail); err != nil {
			return err
		}
	}
	if _, err := f.WriteAt(tail, size); err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), os.Rename(f.Name(), j.path)); err != nil {
		return err
	}
	if j.file != nil {
		// Everything in it is in f, on the disk.
		_ = j.file.Close()
	}
	j.file, j.size = f, size+int64(len(tail))
	j.compactAt = max(worthCompacting, 4*j.size)
	return nil
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// writeCompact writes a header and one line for each live record, in the order of
// maps and keys, and returns their length.
func writeCompact(w io.Writer, path string, content []byte) (int64, error) {
	live := Memory()
	if _, err := read(path, content, live.replay); err != nil {
		return 0, err
	}
	out := bufio.NewWriterSize(w, 1<<20)
	size, err := fmt.Fprintln(out, header)
	if err != nil {
		return 0, err
	}
	for _, name := range slices.Sorted(maps.Keys(live.loaded)) {
		for _, key := range slices.Sorted(maps.Keys(live.loaded[name])) {
			n, err := out.Write(encode([]Change{{record: record{name, key, live.loaded[name][key]}}}))
			if err != nil {
				return 0, err
			}
			size += n
		}
	}
	return int64(size), out.Flush()
}
