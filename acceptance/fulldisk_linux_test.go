package acceptance

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// diskSize is the size in bytes of the file system that a home is given.
const diskSize = 4 << 20

// fullDisk gives the home a small file system to keep its state on.
func fullDisk(t *testing.T) *home {
	t.Helper()
	h := newHome(t)
	folder := filepath.Join(h.dir, "small")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=%d", diskSize)); err != nil {
		t.Skipf("SKIPPED: no file system can be mounted here (%v): a full disk is not tried", err)
	}
	t.Cleanup(func() {
		h.run("local", "down")
		if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return h.with("KEYVEX_HOME=" + filepath.Join(folder, "keyvex"))
}

func TestAFullDiskFailsTheDeployUntilThereIsRoomAgain(t *testing.T) {
	h := fullDisk(t)
	filler := filepath.Join(h.dir, "small", "filler")
	h.must("local", "up", "--pace", "5000")
	h.must("deploy", "-e", "local", "--yes", "--stack", "Storage")
	_ = os.WriteFile(filler, make([]byte, diskSize), 0o600) // as much as fits
	out := h.run("deploy", "-e", "local", "--yes")
	badInput{code: 1}.judge(t, out)
	if !strings.Contains(out.stderr, "no space left on device") {
		t.Errorf("it does not say that the disk is full:\n%s", out.stderr)
	}
	if out.took > 20*time.Second {
		t.Errorf("it took %s to say that the disk is full", out.took)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	h.must("local", "down")
	if status := h.must("status", "-e", "local", "--json"); strings.Count(status.stdout, "_COMPLETE") < 1 {
		t.Errorf("what was deployed before the disk was full is gone: %s", status.stdout)
	}
	h.must("local", "up", "--pace", "5000")
	h.must("deploy", "-e", "local", "--yes")
}

func TestAStateFolderOnAFullDiskIsOneError(t *testing.T) {
	h := fullDisk(t)
	_ = os.WriteFile(filepath.Join(h.dir, "small", "filler"), make([]byte, diskSize), 0o600)
	badInput{code: 1, error: "no space left", hint: "make room"}.judge(t, h.run("local", "up"))
}

func TestOutputToAFullDiskIsOneError(t *testing.T) {
	h := newHome(t)
	for _, args := range []string{"version", "--help", "--json", "envs --offline", "completion bash"} {
		out := h.exec("/bin/sh", "-c", binary+" "+args+" >/dev/full")
		badInput{code: 1, error: "no space left", hint: "free some space"}.judge(t, out)
	}
}
