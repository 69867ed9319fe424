package acceptance

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// pty opens a pseudo-terminal of 80x24.
func pty(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("SKIPPED: this machine has no pseudo-terminals: " + err.Error())
	}
	number, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil || unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0) != nil {
		t.Fatal("the pseudo-terminal cannot be unlocked")
	}
	if slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(int(slave.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}); err != nil {
		t.Fatal(err)
	}
	return master, slave
}

// firstFrame is how long the console takes from the start of its process to the whole
// of its first frame. Its AWS takes connections and never answers.
func firstFrame(t *testing.T, h *home) time.Duration {
	t.Helper()
	master, slave := pty(t)
	defer master.Close()
	cmd := exec.Command(binary, "tui", "-e", "staging")
	cmd.Env, cmd.Dir = h.env, h.dir
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	var seen bytes.Buffer
	buffer := make([]byte, 1<<16)
	for {
		n, err := master.Read(buffer)
		seen.Write(buffer[:n])
		if bytes.Contains(seen.Bytes(), []byte("LOADING")) && bytes.Contains(seen.Bytes(), []byte("CHANGES")) {
			return time.Since(begin)
		}
		if err != nil || time.Since(begin) > 10*time.Second {
			t.Fatalf("no frame within %s: %v\n%q", time.Since(begin), err, seen.String())
		}
	}
}

func TestTheFirstFrameWaitsForNoAnswer(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	h := newHome(t).with("AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=none", "AWS_REGION=eu-central-1",
		"AWS_ENDPOINT_URL=http://"+silent.Addr().String(), "LANG=C.UTF-8", "TERM=xterm-256color")
	took := median(7, func() time.Duration { return firstFrame(t, h) })
	t.Logf("first frame of the console: %s", took)
	if took > time.Duration(100*lenience())*time.Millisecond {
		t.Errorf("the first frame took %s, meant to be 100 ms", took)
	}
}
