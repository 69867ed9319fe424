// Package acceptance runs the keyvex binary as its users do, and lets parties that
// are not ours judge the local platform: the aws CLI, the cdk CLI, moto.
package acceptance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var binary string

func TestMain(m *testing.M) {
	os.Exit(withBinary(m))
}

// withBinary builds keyvex as the README says. KEYVEX_BINARY names one that is
// there already.
func withBinary(m *testing.M) int {
	if binary = os.Getenv("KEYVEX_BINARY"); binary != "" {
		return m.Run()
	}
	build := exec.Command("make", "--silent", "--directory", "..", "build")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "keyvex does not build:", err)
		return 1
	}
	var err error
	if binary, err = filepath.Abs(filepath.Join("..", "bin", "keyvex")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// home is a user with nothing but a keyvex home of his own: no AWS configuration and
// no proxy of the machine reaches a test.
type home struct {
	t   *testing.T
	env []string
	dir string
}

func newHome(t *testing.T) *home {
	t.Helper()
	dir := t.TempDir()
	h := &home{t: t, dir: dir}
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(strings.ToLower(variable), "=")
		if !strings.HasPrefix(name, "aws_") && !strings.HasPrefix(name, "keyvex_") && !strings.HasSuffix(name, "_proxy") {
			h.env = append(h.env, variable)
		}
	}
	h.env = append(h.env, "KEYVEX_HOME="+filepath.Join(dir, "keyvex"), "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE="+filepath.Join(dir, "none"), "AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(dir, "none"))
	t.Cleanup(func() { h.run("local", "down") })
	return h
}

// with adds variables to the environment.
func (h *home) with(variables ...string) *home {
	h.env = append(h.env, variables...)
	return h
}

// outcome is what a process printed and ended with.
type outcome struct {
	stdout, stderr string
	code           int
	took           time.Duration
}

const patience = 3 * time.Minute

func (h *home) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env, cmd.Dir = h.env, h.dir
	return cmd
}

func (h *home) exec(name string, args ...string) outcome {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env, cmd.Dir = h.env, h.dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	begin := time.Now()
	err := cmd.Run()
	out := outcome{stdout: stdout.String(), stderr: stderr.String(), took: time.Since(begin)}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		out.code = exit.ExitCode()
	} else if err != nil {
		h.t.Fatalf("%s: %v", name, err)
	}
	return out
}

func (h *home) run(args ...string) outcome {
	h.t.Helper()
	return h.exec(binary, args...)
}

// must runs keyvex and fails the test unless it ends with 0.
func (h *home) must(args ...string) outcome {
	h.t.Helper()
	out := h.run(args...)
	if out.code != 0 {
		h.t.Fatalf("keyvex %s: exit %d\n%s%s", strings.Join(args, " "), out.code, out.stdout, out.stderr)
	}
	return out
}

// quick is a home whose local platform wastes no time on the real durations of
// resources, for tests in which they do not matter.
func quick(t *testing.T) *home {
	t.Helper()
	h := newHome(t)
	h.must("local", "up", "--pace", "2000")
	return h
}

// needs skips, loudly, where a party is absent.
func needs(t *testing.T, name, why string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("SKIPPED: no %s on this machine: %s", name, why)
	}
	return path
}

// lenience is by how much a figure may miss its target: by nothing where figures are asked
// for (make figures), else ten times, since machines are busy and a test is to notice
// another order of magnitude.
func lenience() int {
	if os.Getenv("KEYVEX_FIGURES") != "" {
		return 1
	}
	return 10
}

// most is the megabytes that a command may take whose target they are: twice them, where no
// figures are asked for.
func most(megabytes int64) (kilobytes int64) {
	return megabytes << 10 * int64(min(lenience(), 2))
}

// slow skips unless the peers' suite was asked for (make peers).
func slow(t *testing.T) {
	t.Helper()
	if os.Getenv("KEYVEX_PEERS") == "" {
		t.Skip("SKIPPED: slow or needs the network; make peers runs it")
	}
}
