package daemon

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/problem"
)

func TestATakenPort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	dir := folder(t)
	_, _, err = Ensure(t.Context(), Options{Folder: dir, Port: port})
	if err == nil || !strings.Contains(err.Error(), fmt.Sprint(port)) || hintOf(err) == "" {
		t.Errorf("asked for port %d: %v", port, err)
	}
	running, _ := ensure(t, Options{Folder: dir})
	if _, _, err = Ensure(t.Context(), Options{Folder: dir, Port: port}); err == nil {
		t.Error("the running one moved to a taken port")
	}
	if status, _ := Status(t.Context(), dir); status.PID != running.PID {
		t.Error("the running one did not survive the failure")
	}
}

func TestOnlyLoopback(t *testing.T) {
	for _, address := range []string{"0.0.0.0", "192.168.1.1", "::", "example.com"} {
		if _, _, err := Ensure(t.Context(), Options{Folder: t.TempDir(), Address: address}); !problem.Is(err, problem.Refused) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestBrokenStateIsReportedInTheForeground(t *testing.T) {
	dir := folder(t)
	journal := filepath.Join(dir, stateFolder, "state.journal")
	if err := os.MkdirAll(filepath.Dir(journal), 0o700); err != nil {
		t.Fatal(err)
	}
	for content, word := range map[string]string{
		"nonsense\nmore\n":               "line 1",
		"keyvex state, format 999\n":     "format 999",
		"keyvex state, format 1\nx\ny\n": "line 2",
	} {
		if err := os.WriteFile(journal, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, started, err := Ensure(t.Context(), Options{Folder: dir})
		if started || err == nil || !strings.Contains(err.Error(), word) || !strings.Contains(hintOf(err), "local reset") {
			t.Errorf("%q: started %v, %v (%s)", content, started, err, hintOf(err))
		}
		if now, _ := os.ReadFile(journal); string(now) != content {
			t.Errorf("%q was changed", content)
		}
	}
}

func TestAnotherRegionIsRefused(t *testing.T) {
	dir := folder(t)
	ensure(t, Options{Folder: dir, Region: "eu-west-1"})
	for _, running := range []bool{true, false} {
		if _, _, err := Ensure(t.Context(), Options{Folder: dir, Region: "us-west-2"}); !problem.Is(err, problem.Refused) {
			t.Errorf("running %v: %v", running, err)
		}
		if _, err := Stop(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
	}
	if info, _ := ensure(t, Options{Folder: dir}); info.Region != "eu-west-1" {
		t.Errorf("region %s", info.Region)
	}
}

func TestTheUsersEnvironmentStaysOut(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "the user's own")
	what := order{Folder: t.TempDir()}
	cmd, err := what.command()
	if err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(cmd.Env, " "); strings.Contains(all, "AWS_") {
		t.Error(all)
	}
}

func TestControlNeedsTheToken(t *testing.T) {
	dir := folder(t)
	info, _ := ensure(t, Options{Folder: dir})
	id, _, _ := readIdentity(dir)
	id.ControlToken = "guessed"
	other := t.TempDir()
	if err := writeJSON(filepath.Join(other, identityFile), id); err != nil {
		t.Fatal(err)
	}
	if err := control(t.Context(), other, info, stopPath, nil); err == nil {
		t.Error("a guessed token was taken")
	}
	if err := Advance(t.Context(), dir, time.Hour); err != nil {
		t.Error(err)
	}
}
