package dotenv

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// Written says what Write did.
type Written struct {
	// Path is the file itself, behind symbolic links.
	Path string
	// Changed is false when the file already was as it should be.
	Changed, Created bool
	Shadows          []Shadow
}

// fileMode keeps the file to its owner: it will hold keys.
const fileMode = 0o600

// Write puts the managed block into the file, through a temporary file beside it
// that is renamed over it. A symbolic link stays one, and what it leads to is
// written. On an error the file is as it was.
func Write(path string, env platform.Environment, groups []Group) (Written, error) {
	target, err := behindLinks(path)
	if err != nil {
		return Written{}, fileProblem(path, err)
	}
	info, err := os.Lstat(target)
	created := errors.Is(err, fs.ErrNotExist)
	if err != nil && !created {
		return Written{}, fileProblem(path, err)
	}
	if !created && !info.Mode().IsRegular() {
		return Written{}, problem.New(problem.Usage, "%s is not a file", path).WithHint("name a file such as .env.local")
	}
	var document []byte
	if !created {
		if document, err = os.ReadFile(target); err != nil {
			return Written{}, fileProblem(path, err)
		}
	}
	edited, shadows, err := Edit(document, env, groups)
	if err != nil {
		return Written{}, inFile(path, err)
	}
	written := Written{Path: target, Created: created, Shadows: shadows}
	if !created && bytes.Equal(document, edited) && info.Mode().Perm() == fileMode {
		return written, nil
	}
	written.Changed = true
	return written, fileProblem(path, replace(target, edited))
}

// behindLinks follows symbolic links; the last one may lead to a file that does
// not exist yet.
func behindLinks(path string) (string, error) {
	target, err := filepath.EvalSymlinks(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return target, err
	}
	leadsTo, linkErr := os.Readlink(path)
	if linkErr != nil {
		return filepath.Abs(path)
	}
	if !filepath.IsAbs(leadsTo) {
		leadsTo = filepath.Join(filepath.Dir(path), leadsTo)
	}
	return behindLinks(leadsTo)
}

func replace(path string, content []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(content)
	if err = errors.Join(err, temporary.Chmod(fileMode), temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}

func inFile(path string, err error) error {
	if p, ok := errors.AsType[*problem.Error](err); ok {
		p.Message = path + ": " + p.Message
	}
	return err
}

func fileProblem(path string, err error) error {
	if err == nil {
		return nil
	}
	reason := err.Error()
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		reason = errno.Error()
	}
	return problem.New(problem.Failed, "%s was not written: %s", path, reason).
		WithHint("check the folder, its permissions and the free space, then try again").WithCause(err)
}
