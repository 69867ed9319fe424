package acceptance

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// badInput is a command that must fail, and leave everything as it was.
type badInput struct {
	name string
	// toml is the keyvex.toml, none when empty.
	toml string
	env  []string
	args string
	// before brings the home into the state that is wrong.
	before func(t *testing.T, h *home)
	code   int
	// error and hint are parts of the two lines.
	error, hint string
}

var keys = []string{"AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b"}

func at(region string, more ...string) []string {
	return append(slices.Clone(keys), append([]string{"AWS_REGION=" + region}, more...)...)
}

func TestBadInputGivesOneErrorOneHintItsExitCodeAndChangesNothing(t *testing.T) {
	foreign := callerIdentity(t, "731900001188")
	taken := occupied(t)
	const pinned = "[environments.staging]\naccount = \"482100000912\"\n"
	for _, bad := range slices.Concat([]badInput{
		{name: "capitals in a name", args: "status -e Production", code: 2, error: `"Production"`, hint: "a-z"},
		{name: "a long name", args: "deploy -e seventeen-letters --yes", code: 2, error: "17 characters", hint: "16"},
		{name: "a name with two hyphens", args: "diff -e a--b", code: 2, error: "a--b", hint: "hyphens"},
		{name: "a name that ends in a hyphen", args: "destroy -e a- --yes", code: 2, error: `"a-"`, hint: "hyphens"},
		{name: "a path as a name", args: "dotenv -e ../prod", code: 2, error: "../prod", hint: "a-z"},
		{name: "a wrong variable", env: []string{"KEYVEX_ENV=Prod"}, args: "status", code: 2, error: "from KEYVEX_ENV", hint: "a-z"},
		{name: "two environments", args: "status -e staging dev", code: 2, error: "takes no argument", hint: "--help"},
		{name: "no environment and nobody to ask", toml: "[environments.staging]\n", args: "deploy --yes", code: 2, error: "which environment", hint: "local, staging"},
		{name: "an unknown command", args: "deplyo", code: 2, error: `no command "deplyo"`, hint: "keyvex deploy"},
		{name: "an unknown flag", args: "deploy --now", code: 2, error: "--now", hint: "--help lists the flags"},
		{name: "an unknown stack", args: "deploy -e local --stack Cache", code: 2, error: `no stack "Cache"`, hint: "Database"},
		{name: "an impossible colour", args: "--color pink", code: 2, error: "pink", hint: "auto, always or never"},

		{name: "a missing region", env: keys, args: "status -e staging", code: 2, error: "no AWS region", hint: "region"},
		{name: "no credentials", args: "deploy -e staging --region us-east-1 --yes", code: 4, error: "no AWS credentials", hint: "AWS_PROFILE"},
		{name: "an unknown profile", args: "deploy -e staging --region us-east-1 --profile nobody --yes", code: 4, error: "nobody", hint: "profile"},
		{name: "another account than the pinned one", toml: pinned, env: at("us-east-1", "AWS_ENDPOINT_URL="+foreign),
			args: "deploy -e staging --yes", code: 3, error: "pinned to account 482100000912, you are 731900001188", hint: "keyvex.toml:2"},
		{name: "a server on this machine as production", env: at("us-east-1", "AWS_ENDPOINT_URL="+foreign),
			args: "deploy -e production --yes", code: 3, error: "this machine", hint: "AWS_ENDPOINT_URL"},
		{name: "a write with --read-only", env: at("us-east-1", "AWS_ENDPOINT_URL="+foreign),
			args: "deploy -e staging --read-only --yes", code: 3, error: "read-only", hint: "--read-only"},
		{name: "a write where keyvex.toml forbids it", toml: "[environments.staging]\nread_only = true\n", env: at("us-east-1", "AWS_ENDPOINT_URL="+foreign),
			args: "bootstrap -e staging --yes", code: 3, error: "read-only", hint: "read_only"},
		{name: "production by default_env", toml: "default_env = \"production\"\n", env: at("us-east-1"), args: "deploy --yes", code: 3, error: "comes from default_env", hint: "-e production"},
		{name: "the end of production", args: "destroy -e production --yes --confirm production", code: 3, error: "production tier", hint: "development tier"},
		{name: "nobody answers", env: at("us-east-1", "AWS_ENDPOINT_URL=http://127.0.0.1:1"), args: "status -e staging", code: 1, error: "cannot reach http://127.0.0.1:1", hint: "AWS_ENDPOINT_URL"},
		{name: "a port in use", args: "local up --port " + taken, code: 1, error: "port " + taken + " is in use", hint: "choose another port"},
		{name: "an impossible port", args: "local up --port 99999", code: 2, error: "99999", hint: "65535"},
		{name: "nothing deployed", args: "status -e staging --offline", code: 2, error: "--offline", hint: "--help"},
	}, badFiles(), badStates()) {
		t.Run(bad.name, func(t *testing.T) { bad.run(t) })
	}
}

func badFiles() []badInput {
	return []badInput{
		{name: "keyvex.toml with a syntax error", toml: "default_env = \"dev\n", args: "status", code: 2, error: "keyvex.toml:1:", hint: "correct that line"},
		{name: "keyvex.toml with an unknown key", toml: "default_env = \"dev\"\n  colour = 1\n", args: "", code: 2, error: "keyvex.toml:2:3: unknown key colour", hint: "default_env"},
		{name: "keyvex.toml with a wrong type", toml: "[environments.dev]\nread_only = \"yes\"\n", args: "envs", code: 2, error: "keyvex.toml:2:13", hint: "correct that line"},
		{name: "keyvex.toml that is no text", toml: "\xff\xfe\x00", args: "envs", code: 2, error: "keyvex.toml:1:", hint: "correct that line"},
		{name: "a folder as .env file", args: "dotenv -e local --write .", before: deployed, code: 2, error: ". is not a file", hint: ".env.local"},
		{name: "a .env file in no folder", args: "dotenv -e local --write no/such/.env", before: deployed, code: 1, error: "no such file", hint: "folder"},
		{name: "a .env file that is read-only", args: "dotenv -e local --write .env", before: func(t *testing.T, h *home) {
			deployed(t, h)
			h.write(".env", "A=1\n")
			if err := os.Chmod(filepath.Join(h.dir, ".env"), 0o444); err != nil {
				t.Fatal(err)
			}
		}, code: 3, error: "read-only", hint: "chmod"},
		{name: "a .env file with half a block", args: "dotenv -e local --write .env", before: func(t *testing.T, h *home) {
			deployed(t, h)
			h.write(".env", "A=1\n# >>> keyvex local\nB=2\n")
		}, code: 2, error: "line 2", hint: "remove the markers"},
		{name: "an assembly where something else is", args: "synth -e local --out src", before: func(t *testing.T, h *home) {
			h.write("src/main.go", "package main\n")
		}, code: 3, error: "something other than a cloud assembly", hint: "new folder"},
		{name: "an assembly without a folder", args: "synth -e local", code: 2, error: "no folder", hint: "--out"},
		{name: "sources where something is", args: "eject src", before: func(t *testing.T, h *home) {
			h.write("src/main.go", "package main\n")
		}, code: 3, error: "src", hint: "folder"},
	}
}

func badStates() []badInput {
	stateFile := func(pattern string, damage func([]byte) []byte) func(*testing.T, *home) {
		return func(t *testing.T, h *home) {
			deployed(t, h)
			h.must("local", "down")
			files, err := filepath.Glob(filepath.Join(h.dir, "keyvex", "state", pattern))
			if err != nil || len(files) != 1 {
				t.Fatalf("%s: %v, %v", pattern, files, err)
			}
			content, err := os.ReadFile(files[0])
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(files[0], damage(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return []badInput{
		{name: "an identity cut short", args: "status -e local", before: stateFile("identity.json", func(b []byte) []byte { return b[:len(b)/2] }),
			code: 1, error: "identity.json", hint: "local reset"},
		{name: "a journal damaged in its middle", args: "status -e local", before: stateFile("state/state.journal", func(b []byte) []byte {
			b[len(b)/2] ^= 0x20
			return b
		}), code: 1, error: "journal", hint: "local reset"},
		{name: "a home that cannot be made", env: []string{"KEYVEX_HOME=/dev/null/home"}, args: "local up", code: 1, error: "/dev/null/home", hint: "KEYVEX_HOME"},
	}
}

func (bad badInput) run(t *testing.T) {
	h := newHome(t).with(bad.env...)
	if bad.toml != "" {
		h.write("keyvex.toml", bad.toml)
	}
	if bad.before != nil {
		bad.before(t, h)
	}
	before := treeOf(t, h.dir)
	out := h.run(strings.Fields(bad.args)...)
	bad.judge(t, out)
	if after := treeOf(t, h.dir); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}

func (bad badInput) judge(t *testing.T, out outcome) {
	t.Helper()
	errors, hints := marked(out.stderr, "error: "), marked(out.stderr, "hint: ")
	if out.code != bad.code || len(errors) != 1 || len(hints) != 1 || out.stdout != "" {
		t.Fatalf("exit %d, want %d, one error, one hint and no output\n%s%s", out.code, bad.code, out.stdout, out.stderr)
	}
	if !strings.Contains(errors[0], bad.error) || !strings.Contains(hints[0], bad.hint) {
		t.Errorf("want %q and %q, got\n%s", bad.error, bad.hint, out.stderr)
	}
	for _, line := range []string{errors[0], hints[0]} {
		if strings.HasSuffix(line, ".") || strings.Contains(line, "goroutine") {
			t.Errorf("not as errors are written: %s", line)
		}
	}
}

func marked(text, mark string) (lines []string) {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), mark); ok {
			lines = append(lines, rest)
		}
	}
	return lines
}

// deployed gives the home a local platform with something in it.
func deployed(t *testing.T, h *home) {
	t.Helper()
	h.must("local", "up", "--pace", "5000")
	h.must("deploy", "-e", "local", "--yes", "--stack", "Security")
}

func (h *home) write(name, content string) {
	h.t.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		h.t.Fatal(err)
	}
}

// treeOf is every file below a folder with its mode and hash, but for the local
// platform's log and the empty file that it locks.
func treeOf(t *testing.T, folder string) string {
	t.Helper()
	var lines []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "sandbox.log" || entry.Name() == "lock" {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := entry.Info()
		lines = append(lines, fmt.Sprintf("%s %s %x", path, info.Mode(), sha256.Sum256(content)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// callerIdentity is an AWS that knows one thing, whose keys it was called with. It
// refuses everything else, so that a command that goes on is found out.
func callerIdentity(t *testing.T, account string) (endpoint string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !strings.Contains(string(body), "Action=GetCallerIdentity") {
			t.Errorf("%s %s was sent: %s", r.Method, r.URL, body)
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		_, _ = fmt.Fprintf(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>`+
			`<Arn>arn:aws:iam::%[1]s:user/ada</Arn><UserId>AIDA</UserId><Account>%[1]s</Account>`+
			`</GetCallerIdentityResult></GetCallerIdentityResponse>`, account)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func occupied(t *testing.T) (port string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	_, port, err = net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
