package acceptance

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// cli is an aws command of the machine. run gives it arguments.
type cli struct {
	// second is version 2, which wants to be told that binary values are plain text.
	second bool
	run    func(t *testing.T, args []string) outcome
}

// newCLI starts the command's own Python code once, which answers in a tenth of the
// time. Where the Python beside the command does not have it, each call is a process.
func newCLI(t *testing.T, h *home, path string, second bool) cli {
	t.Helper()
	python := filepath.Join(filepath.Dir(path), "python3")
	if exec.Command(python, "-c", "import awscli.clidriver").Run() != nil {
		return cli{second, func(t *testing.T, args []string) outcome { return h.exec(path, args...) }}
	}
	process := newScript(t, python, "scenario/commands.py", h.env)
	return cli{second, func(t *testing.T, args []string) outcome {
		var said struct {
			Code           int
			Stdout, Stderr string
		}
		process.ask(t, args, &said)
		return outcome{stdout: said.Stdout, stderr: said.Stderr, code: said.Code}
	}}
}

// streamed are the members that the commands write into a file. Such commands take
// their input as flags alone.
var streamed = map[string]string{"Invoke": "Payload", "GetObject": "Body"}

var (
	hump    = regexp.MustCompile(`([a-z0-9])([A-Z])`)
	refusal = regexp.MustCompile(`An error occurred \((\w[\w.]*)\)`)
)

// dashed is a name as the commands have it: describe-log-groups.
func dashed(name string) string { return strings.ToLower(hump.ReplaceAllString(name, "$1-$2")) }

// arguments spell out a call; file is where a streamed member goes.
func (c cli) arguments(t *testing.T, one call, file string) []string {
	t.Helper()
	args := []string{"--endpoint-url", one.Endpoint, "--output", "json", "--no-paginate"}
	if c.second {
		args = append(args, "--cli-binary-format", "raw-in-base64-out")
	}
	if one.Service == "s3" {
		one.Service = "s3api"
	}
	args = append(args, one.Service, dashed(one.Operation))
	if streamed[one.Operation] != "" {
		for name, value := range one.Input {
			args = append(args, "--"+dashed(name), fmt.Sprint(value))
		}
		return append(args, file)
	}
	if one.Input == nil {
		return args
	}
	input, err := json.Marshal(one.Input)
	if err != nil {
		t.Fatal(err)
	}
	return append(args, "--cli-input-json", string(input))
}

func (c cli) call(t *testing.T, one call) reply {
	t.Helper()
	file := filepath.Join(t.TempDir(), "out")
	args := c.arguments(t, one, file)
	out := c.run(t, args)
	if out.code != 0 {
		if code := refusal.FindStringSubmatch(out.stderr); code != nil {
			return reply{Code: code[1], Message: out.stderr}
		}
		if strings.Contains(out.stderr, "Invalid choice") {
			t.Skipf("SKIPPED: this aws command is older than %s", dashed(one.Operation))
		}
		return reply{Code: "exit", Message: out.stderr}
	}
	answer := map[string]any{}
	if out.stdout != "" {
		if err := json.Unmarshal([]byte(out.stdout), &answer); err != nil {
			t.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, out.stdout)
		}
	}
	if name := streamed[one.Operation]; name != "" {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		answer[name] = string(content)
	}
	return reply{Output: answer}
}
