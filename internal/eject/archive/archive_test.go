package archive_test

import (
	"bytes"
	"io/fs"
	"testing"

	"github.com/keyvex/keyvex"
	"github.com/keyvex/keyvex/internal/eject/archive"
)

// contents are a tree's files.
func contents(t *testing.T, files fs.FS) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		out[name] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAnArchiveGivesEveryFileBackAndIsSmall(t *testing.T) {
	source, err := keyvex.Source()
	if err != nil {
		t.Fatal(err)
	}
	packed, err := archive.Pack(source)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := archive.Pack(source); err != nil || !bytes.Equal(packed, again) {
		t.Errorf("the same files give another archive (%v)", err)
	}
	unpacked, err := archive.Unpack(packed)
	if err != nil {
		t.Fatal(err)
	}
	want, got, size := contents(t, source), contents(t, unpacked), 0
	for name, content := range want {
		size += len(content)
		if got[name] != content {
			t.Errorf("%s comes back otherwise", name)
		}
	}
	if len(got) != len(want) || len(want) < 100 {
		t.Errorf("%d files of %d come back", len(got), len(want))
	}
	if len(packed) > size/4 {
		t.Errorf("%d bytes of %d", len(packed), size)
	}
}

func TestADamagedArchiveIsAnError(t *testing.T) {
	if files, err := archive.Unpack([]byte("not an archive")); err == nil {
		t.Errorf("it holds %v", files)
	}
}
