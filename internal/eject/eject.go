// Package eject writes out the source that a keyvex binary carries: the CDK app,
// the Lambda functions and what they import, as a module that builds by itself.
package eject

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/keyvex/keyvex"
	"github.com/keyvex/keyvex/internal/problem"
)

// To writes the source into dir and lists the files, slash-separated and relative
// to dir. The folder must be empty or absent: nothing is ever overwritten. A
// failure takes back what was written.
func To(dir string) ([]string, error) {
	existed, err := vacant(dir)
	if err != nil {
		return nil, err
	}
	files, err := write(keyvex.Source, dir)
	if err != nil {
		return nil, errors.Join(failed(dir, err), takeBack(dir, existed))
	}
	return files, nil
}

func vacant(dir string) (existed bool, err error) {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case errors.Is(err, syscall.ENOTDIR):
		return true, problem.New(problem.Usage, "%s is a file", dir).WithHint("name a new folder")
	case err != nil:
		return true, failed(dir, err)
	case len(entries) > 0:
		return true, problem.New(problem.Refused, "%s is not empty, nothing was written", dir).
			WithHint("name a new folder")
	}
	return true, nil
}

func write(source fs.FS, dir string) ([]string, error) {
	var files []string
	err := fs.WalkDir(source, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(dir, filepath.FromSlash(name))
		if entry.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		content, err := fs.ReadFile(source, name)
		if err != nil {
			return err
		}
		files = append(files, name)
		return os.WriteFile(target, content, 0o644)
	})
	return files, err
}

// takeBack empties the folder again, which was empty or absent before.
func takeBack(dir string, existed bool) error {
	if !existed {
		return os.RemoveAll(dir)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, entry.Name())))
	}
	return err
}

func failed(dir string, err error) error {
	reason := err
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		reason = path.Err
	}
	return problem.New(problem.Failed, "cannot write the source to %s: %v", dir, reason).
		WithHint("name a folder on a disk with some megabytes free").WithCause(err)
}
