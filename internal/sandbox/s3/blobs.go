package s3

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/keyvex/keyvex/internal/problem"
)

// blobs keeps the contents of objects under ids that the service makes up.
type blobs interface {
	put(id string, content io.Reader) (size int64, err error)
	open(id string) (io.ReadSeekCloser, error)
	remove(id string)
}

// memoryBlobs is for a sandbox without a folder.
type memoryBlobs struct {
	mu       sync.Mutex
	contents map[string][]byte
}

func (m *memoryBlobs) put(id string, content io.Reader) (int64, error) {
	all, err := io.ReadAll(content)
	if err != nil {
		return 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.contents[id] = all
	return int64(len(all)), nil
}

func (m *memoryBlobs) open(id string) (io.ReadSeekCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return nopCloser{bytes.NewReader(m.contents[id])}, nil
}

func (m *memoryBlobs) remove(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.contents, id)
}

type nopCloser struct{ io.ReadSeeker }

func (nopCloser) Close() error { return nil }

// folderBlobs is a folder with a file for each content.
type folderBlobs struct{ path string }

// openFolder makes the folder, and removes what a crash has left there: contents
// that no record came to name.
func openFolder(path string, used map[string]bool) (*folderBlobs, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, unusable(path, err)
	}
	files, err := os.ReadDir(path)
	if err != nil {
		return nil, unusable(path, err)
	}
	f := &folderBlobs{path}
	for _, file := range files {
		if !used[file.Name()] {
			f.remove(file.Name())
		}
	}
	return f, nil
}

func unusable(path string, cause error) error {
	return problem.New(problem.Failed, "cannot keep the local platform's objects in %s", path).
		WithHint("make room and check the folder's permissions").WithCause(cause)
}

func (f *folderBlobs) put(id string, content io.Reader) (int64, error) {
	file, err := os.OpenFile(filepath.Join(f.path, id), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, unusable(f.path, err)
	}
	size, err := io.Copy(file, content)
	if err = errors.Join(err, file.Close()); err != nil {
		f.remove(id)
		return 0, err
	}
	return size, nil
}

func (f *folderBlobs) open(id string) (io.ReadSeekCloser, error) {
	return os.Open(filepath.Join(f.path, id))
}

// remove is also for what is not there. What cannot be removed is swept up at the
// next start.
func (f *folderBlobs) remove(id string) { _ = os.Remove(filepath.Join(f.path, id)) }
