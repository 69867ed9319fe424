package cli

import (
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/problem"
)

// cursorsFolder, in the state folder, is where cursors are kept for a week.
const (
	cursorsFolder = "cursors"
	cursorsKept   = 7 * 24 * time.Hour
)

// gone reports whether nobody reads the stream any more, or it cannot be written.
func (o *output) gone() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closed || o.err != nil
}

// saveCursor keeps a cursor and gives its name.
func (a *app) saveCursor(c *logs.Cursor) (string, error) {
	dirs, err := a.dirs()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(dirs.State, cursorsFolder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	a.sweepCursors(folder)
	var name [4]byte
	if _, err := io.ReadFull(a.random, name[:]); err != nil {
		return "", err
	}
	text, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	id := hex.EncodeToString(name[:])
	return id, os.WriteFile(filepath.Join(folder, id), text, 0o600)
}

// loadCursor finds a cursor by its name.
func (a *app) loadCursor(id string) (*logs.Cursor, error) {
	dirs, err := a.dirs()
	if err != nil {
		return nil, err
	}
	missing := problem.New(problem.NotFound, "there is no place @%s to go on from", id).WithHint("they are kept for a week; --since 1h reads an hour")
	if id == "" || strings.Trim(id, "0123456789abcdef") != "" {
		return nil, missing
	}
	text, err := os.ReadFile(filepath.Join(dirs.State, cursorsFolder, id))
	if err != nil {
		return nil, missing.WithCause(err)
	}
	var c logs.Cursor
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, missing.WithCause(err)
	}
	return &c, nil
}

// sweepCursors removes old ones. What cannot be removed takes room, and no more.
func (a *app) sweepCursors(folder string) {
	entries, _ := os.ReadDir(folder)
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && info.Mode()&fs.ModeType == 0 && a.clock.Now().Sub(info.ModTime()) > cursorsKept {
			_ = os.Remove(filepath.Join(folder, entry.Name()))
		}
	}
}
