package acceptance

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"testing"
)

// script is a Python process that answers each line of JSON with one.
type script struct {
	in  io.Writer
	out *bufio.Reader
}

func newScript(t *testing.T, python, name string, variables []string) script {
	t.Helper()
	process := exec.CommandContext(t.Context(), python, name)
	process.Env, process.Stderr = variables, os.Stderr
	in, err := process.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = process.Wait()
	})
	return script{in, bufio.NewReader(out)}
}

func (s script) ask(t *testing.T, question, answer any) {
	t.Helper()
	if err := json.NewEncoder(s.in).Encode(question); err != nil {
		t.Fatal(err)
	}
	line, err := s.out.ReadBytes('\n')
	if err != nil {
		t.Fatalf("the Python process has ended: %v", err)
	}
	if err := json.Unmarshal(line, answer); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
}

// boto is boto3, in a process of its own.
type boto struct{ script }

// newBoto skips, loudly, where there is no boto3.
func newBoto(t *testing.T, variables []string) boto {
	t.Helper()
	python := needs(t, "python3", "the local platform is not held against boto3")
	if exec.Command(python, "-c", "import boto3").Run() != nil {
		t.Skip("SKIPPED: no boto3 on this machine: the local platform is not held against it")
	}
	return boto{newScript(t, python, "scenario/boto.py", variables)}
}

func (b boto) call(t *testing.T, c call) (got reply) {
	t.Helper()
	if c.Input == nil {
		c.Input = map[string]any{}
	}
	b.ask(t, c, &got)
	return got
}
