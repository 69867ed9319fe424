// Package eject writes out the source that a keyvex binary carries: the CDK app,
// the Lambda functions and what they import, as a module that builds by itself.
// Tests stay behind: they hold keyvex to its specification.
package eject

import (
	_ "embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/keyvex/keyvex"
	"github.com/keyvex/keyvex/internal/problem"
)

// readme says at the module's root how to build it.
//
//go:embed readme.md
var readme []byte

// To writes the source into dir and lists the files, slash-separated and relative
// to dir. The folder must be empty or absent: nothing is ever overwritten. A
// failure takes back what was written.
func To(dir string) ([]string, error) {
	existed, err := vacant(dir)
	if err != nil {
		return nil, err
	}
	source, err := keyvex.Source()
	if err != nil {
		return nil, problem.New(problem.Failed, "the source in this keyvex cannot be read: %v", err).WithHint("make build, then try again")
	}
	files, err := write(source, dir)
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
	files := []string{"README.md"}
	if err := put(dir, "README.md", readme); err != nil {
		return nil, err
	}
	err := fs.WalkDir(source, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains(ours, name):
			return fs.SkipDir
		case entry.IsDir(), strings.HasSuffix(name, "_test.go"):
			return nil
		}
		content, err := fs.ReadFile(source, name)
		if err != nil {
			return err
		}
		files = append(files, name)
		return put(dir, name, trimmed(name, content))
	})
	return files, err
}

// ours are folders that belong to keyvex's own tests and commands.
var ours = []string{"stacks/assembly/testdata", "stacks/assembly/cdkout"}

func put(dir, name string, content []byte) error {
	target := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	return os.WriteFile(target, content, 0o644)
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
