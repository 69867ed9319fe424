package acceptance

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestAnApplicationInPythonFindsEverythingToo(t *testing.T) {
	python := needs(t, "python3", "the local platform is not held against boto3")
	h := newHome(t)
	if out := h.exec(python, "-c", "import boto3"); out.code != 0 {
		t.Skip("SKIPPED: no boto3 on this machine: the local platform is not held against it")
	}
	t.Parallel()
	h.must("local", "up", "--pace", "100000")
	h.must("deploy", "-e", "local", "--yes")
	script, err := filepath.Abs(filepath.Join("testdata", "application.py"))
	if err != nil {
		t.Fatal(err)
	}
	if out := h.run("run", "-e", "local", "--", python, script); !strings.HasSuffix(out.stdout, "all of it works\n") {
		t.Errorf("exit %d\n%s%s", out.code, out.stdout, out.stderr)
	}
}
