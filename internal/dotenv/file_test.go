package dotenv

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/keyvex/keyvex/internal/problem"
)

func write(t *testing.T, path string) Written {
	t.Helper()
	written, err := Write(path, local.Environment, Resolve(local, deployed()))
	if err != nil {
		t.Fatal(err)
	}
	return written
}

func content(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestAFileIsCreatedForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".env.local")
	if first := write(t, path); !first.Created || !first.Changed {
		t.Errorf("first write: %+v", first)
	}
	before, _ := os.Stat(path)
	if before.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", before.Mode())
	}
	if second := write(t, path); second.Created || second.Changed {
		t.Errorf("second write: %+v", second)
	}
	if after, _ := os.Stat(path); !os.SameFile(before, after) {
		t.Error("an unchanged file was replaced")
	}
}

func TestAReadableFileIsClosedToOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".env.local")
	if err := os.WriteFile(path, []byte("FOO=bar\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	write(t, path)
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
	if got := content(t, path); !strings.HasPrefix(got, "FOO=bar\n\n"+beginMarker) {
		t.Errorf("got %q", got)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestSymbolicLinksStayLinks(t *testing.T) {
	folder := t.TempDir()
	shared := filepath.Join(folder, "shared")
	if err := os.Mkdir(shared, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"present", "absent"} {
		real, link := filepath.Join(shared, target), filepath.Join(folder, target)
		if target == "present" {
			if err := os.WriteFile(real, []byte("FOO=bar\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Symlink(filepath.Join("shared", target), link); err != nil {
			t.Fatal(err)
		}
		write(t, link)
		if info, _ := os.Lstat(link); info.Mode()&os.ModeSymlink == 0 {
			t.Errorf("%s is no link any more", target)
		}
		if got := content(t, real); !strings.Contains(got, beginMarker) {
			t.Errorf("%s was not written: %q", target, got)
		}
	}
}

func TestAFailedWriteLeavesTheFileAsItWas(t *testing.T) {
	folder := t.TempDir()
	broken := filepath.Join(folder, "broken")
	const document = "# >>> keyvex local: x\nA=1\n"
	if err := os.WriteFile(broken, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	closed := filepath.Join(folder, "closed")
	if err := os.WriteFile(closed, []byte("A=1\n"), 0o400); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, path string
		kind       problem.Kind
		words      string
	}{
		{"no such folder", filepath.Join(folder, "none", ".env"), problem.Failed, "no such file or directory"},
		{"a folder", folder, problem.Usage, "is not a file"},
		{"a device", "/dev/full", problem.Usage, "is not a file"},
		{"a file that its owner closed", closed, problem.Refused, "is read-only"},
		{"half a block", broken, problem.Usage, "broken: line 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Write(test.path, local.Environment, Resolve(local, deployed()))
			p, ok := err.(*problem.Error)
			if !ok || p.Kind != test.kind || !strings.Contains(p.Message, test.words) || p.Hint == "" {
				t.Errorf("got %v", err)
			}
		})
	}
	if got := content(t, broken); got != document {
		t.Errorf("changed to %q", got)
	}
}

func TestWhatOthersSaveInTheMeantimeIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".env.local")
	if err := os.WriteFile(path, []byte("MINE=0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	saved := 0
	err := replace(path, []byte("BLOCK=1\n"), func() bool {
		saved++
		return os.WriteFile(path, []byte("MINE=1\n"), 0o600) != nil
	})
	if !errors.Is(err, errMoved) || saved != 1 || content(t, path) != "MINE=1\n" {
		t.Errorf("%v, %d, %q", err, saved, content(t, path))
	}
	var all sync.WaitGroup
	for _, place := range []Place{local, development, local, development, local, development} {
		all.Go(func() {
			if _, err := Write(path, place.Environment, Resolve(place, deployed())); err != nil && !strings.Contains(err.Error(), "keeps changing") {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got := content(t, path)
	if !strings.HasPrefix(got, "MINE=1\n\n"+beginMarker) || strings.Count(got, beginMarker) != 1 || strings.Count(got, endMarker) != 1 {
		t.Errorf("got\n%s", got)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}
