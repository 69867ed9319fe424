package acceptance

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// nobody is the user without any rights.
const nobody = 65534

func TestAnotherUserOfTheMachineCannotReadTheKey(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: only root can be another user; the modes of the files are looked at in any case")
	}
	h := quick(t)
	state := filepath.Join(h.dir, "keyvex", "state")
	for folder := filepath.Dir(state); folder != os.TempDir() && folder != "/"; folder = filepath.Dir(folder) {
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"cat", filepath.Join(state, "identity.json")}, {"ls", state}} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr, cmd.Dir = &said, &said, "/"
		if err := cmd.Run(); err == nil || !strings.Contains(said.String(), "Permission denied") {
			t.Errorf("%s: %v %s", strings.Join(args, " "), err, said.String())
		}
	}
}
