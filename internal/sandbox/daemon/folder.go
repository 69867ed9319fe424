package daemon

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/keyvex/keyvex/internal/problem"
)

// The files in the folder.
const (
	lockFile     = "lock"
	infoFile     = "info.json"
	identityFile = "identity.json"
	logFile      = "sandbox.log"
	stateFolder  = "state"
)

// LogPath is where the daemon of a folder writes its log.
func LogPath(folder string) string { return filepath.Join(folder, logFile) }

// writeJSON replaces a file, mode 0600, as a whole or not at all.
func writeJSON(path string, v any) error {
	content, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return unusable(filepath.Dir(path), err)
	}
	_, err = f.Write(append(content, '\n'))
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return unusable(filepath.Dir(path), err)
	}
	return nil
}

// readJSON reports false for a file that is not there.
func readJSON(path string, into any) (bool, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, unusable(filepath.Dir(path), err)
	}
	if err := json.Unmarshal(content, into); err != nil {
		return false, problem.New(problem.Failed, "%s cannot be read: %v", path, err).
			WithHint("forget the local platform and its state with `keyvex local reset`")
	}
	return true, nil
}

// readInfo gives what the daemon has written about itself, if it has.
func readInfo(folder string) (Info, bool) {
	var info Info
	ok, err := readJSON(filepath.Join(folder, infoFile), &info)
	return info, ok && err == nil
}

// forgetInfo removes what a daemon wrote about itself.
func forgetInfo(folder string) error {
	err := os.Remove(filepath.Join(folder, infoFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unusable(folder, err)
	}
	return nil
}

func unusable(folder string, cause error) error {
	reason := fmt.Sprint(cause)
	if p, ok := errors.AsType[*fs.PathError](cause); ok {
		reason = p.Err.Error()
	}
	return problem.New(problem.Failed, "cannot keep the local platform in %s: %s", folder, reason).
		WithHint("make room and check the folder's permissions, or set KEYVEX_HOME to another folder").
		WithCause(cause)
}
