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
// written. A file that somebody else saves in the meantime is read again. On an
// error the file is as it was.
func Write(path string, env platform.Environment, groups []Group) (Written, error) {
	target, err := behindLinks(path)
	if err != nil {
		return Written{}, fileProblem(path, err)
	}
	for range attempts {
		before, err := look(path, target)
		if err != nil {
			return Written{}, err
		}
		edited, shadows, err := Edit(before.document, env, groups)
		if err != nil {
			return Written{}, inFile(path, err)
		}
		written := Written{Path: target, Created: !before.exists, Shadows: shadows}
		if before.exists && bytes.Equal(before.document, edited) && before.mode == fileMode {
			return written, nil
		}
		written.Changed = true
		unchanged := func() bool {
			now, err := look(path, target)
			return err == nil && now.exists == before.exists && bytes.Equal(now.document, before.document)
		}
		if err := replace(target, edited, unchanged); !errors.Is(err, errMoved) {
			return written, fileProblem(path, err)
		}
	}
	return Written{}, problem.New(problem.Failed, "%s was not written: it keeps changing", path).WithHint("try again when nobody else writes it")
}

// attempts is how often a file is read that others write at the same time.
const attempts = 10

// found is what stands where a file is to be written.
type found struct {
	exists   bool
	mode     fs.FileMode
	document []byte
}

// look reads the file, and refuses what must not be replaced.
func look(path, target string) (found, error) {
	info, err := os.Lstat(target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return found{}, nil
	case err != nil:
		return found{}, fileProblem(path, err)
	case !info.Mode().IsRegular():
		return found{}, problem.New(problem.Usage, "%s is not a file", path).WithHint("name a file such as .env.local")
	case info.Mode().Perm()&0o200 == 0: // a rename would not mind
		return found{}, problem.New(problem.Refused, "%s is read-only, nothing was written", path).WithHint("chmod u+w %s, if keyvex may write it", path)
	}
	document, err := os.ReadFile(target)
	if err != nil {
		return found{}, fileProblem(path, err)
	}
	return found{exists: true, mode: info.Mode().Perm(), document: document}, nil
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

// errMoved says that the file has changed since it was read.
var errMoved = errors.New("changed in the meantime")

// replace renames a file with the content over path, unless what stands there is no
// longer what was read.
func replace(path string, content []byte, unchanged func() bool) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temporary.Name()) }()
	_, err = temporary.Write(content)
	if err = errors.Join(err, temporary.Chmod(fileMode), temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	if !unchanged() {
		return errMoved
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
