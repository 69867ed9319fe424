package acceptance

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The binary of make build carries the source packed.
func TestTheBinaryWritesOutTheSourceThatItWasBuiltFrom(t *testing.T) {
	h := newHome(t)
	folder := filepath.Join(h.dir, "out")
	if out := h.run("eject", folder); out.code != 0 {
		t.Fatalf("exit %d\n%s", out.code, out.stderr)
	}
	changed, compared := []string{"README.md", "go.mod", "go.sum"}, 0
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, _ := filepath.Rel(folder, path)
		if slices.Contains(changed, name) {
			return nil
		}
		written, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		source, err := os.ReadFile(filepath.Join("..", name))
		if err != nil || !bytes.Equal(written, source) {
			t.Errorf("%s is not its source (%v)", name, err)
		}
		compared++
		return nil
	})
	if err != nil || compared < 100 {
		t.Errorf("%d files, %v", compared, err)
	}
}
