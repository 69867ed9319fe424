package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/keyvex/keyvex/internal/cli"
	"github.com/keyvex/keyvex/internal/sandbox/daemon"
)

func TestMain(m *testing.M) {
	daemon.RunIfMarked()
	// Each of the hundreds of processes would sleep a second at its end under the race detector.
	if os.Getenv(raceOptions) == "" {
		_ = os.Setenv(raceOptions, "atexit_sleep_ms=20")
	}
	testscript.Main(m, map[string]func(){
		"keyvex": func() {
			streams := cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}
			os.Exit(cli.Main(context.Background(), os.Args[1:], os.Environ(), streams))
		},
	})
}

const raceOptions = "GORACE"

// TestScripts runs every script below testdata/script against the real Main, each
// with a home of its own and none of the machine's AWS configuration.
func TestScripts(t *testing.T) {
	var files []string
	err := filepath.WalkDir(filepath.Join("testdata", "script"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("%d scripts found, %v", len(files), err)
	}
	testscript.Run(t, testscript.Params{
		Files: files, Setup: setUp, RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"fails": fails, "ends": ends, "occupy": occupy, "aslocal": asLocal, "lines": lines, "jq": jq,
			"putlog": putLog,
		},
	})
}

func setUp(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "home")
	state := filepath.Join(home, "state")
	env.Vars = append(env.Vars, "KEYVEX_HOME="+home, "STATE="+state, raceOptions+"="+os.Getenv(raceOptions), "LANG=C.UTF-8", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE="+filepath.Join(env.WorkDir, "none"), "AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(env.WorkDir, "none"))
	env.Defer(func() { _, _ = daemon.Stop(context.Background(), state) })
	return nil
}

// ends CODE COMMAND...: the command ends with that exit code.
func ends(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: ends CODE COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if want := args[0]; strconv.Itoa(code) != want {
		ts.Fatalf("ended with %d, want %s\n%s", code, want, ts.ReadFile("stderr"))
	}
}

// fails CODE COMMAND...: the command ends with that exit code, says one error and
// one hint, in lower case and without a full stop, and nothing on standard output.
func fails(ts *testscript.TestScript, neg bool, args []string) {
	ends(ts, neg, args)
	said := map[string]int{}
	for line := range strings.Lines(ts.ReadFile("stderr")) {
		line = strings.TrimSpace(line)
		for _, mark := range []string{"error: ", "hint: "} {
			if text, ok := strings.CutPrefix(line, mark); ok {
				said[mark]++
				if strings.HasSuffix(text, ".") {
					ts.Fatalf("ends with a full stop: %s", line)
				}
			}
		}
	}
	if said["error: "] != 1 || said["hint: "] != 1 {
		ts.Fatalf("want one error: and one hint: line, got\n%s", ts.ReadFile("stderr"))
	}
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("standard output should be empty, got\n%s", out)
	}
}

// occupy VARIABLE: listens on a free port until the script ends.
func occupy(ts *testscript.TestScript, _ bool, args []string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = listener.Close() })
	_, port, err := net.SplitHostPort(listener.Addr().String())
	ts.Check(err)
	ts.Setenv(args[0], port)
}

// aslocal: makes the local platform the AWS of every environment, as a server at
// AWS_ENDPOINT_URL.
func asLocal(ts *testscript.TestScript, _ bool, _ []string) {
	info, _, err := daemon.Ensure(context.Background(), daemon.Options{Folder: ts.Getenv("STATE")})
	ts.Check(err)
	id, secret, err := daemon.Credentials(ts.Getenv("STATE"))
	ts.Check(err)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": info.Endpoint, "AWS_REGION": info.Region, "AWS_ACCESS_KEY_ID": id, "AWS_SECRET_ACCESS_KEY": secret,
	} {
		ts.Setenv(name, value)
	}
}

// lines FILE AT-MOST: the file has at most that many lines.
func lines(ts *testscript.TestScript, _ bool, args []string) {
	most, err := strconv.Atoi(args[1])
	ts.Check(err)
	if n := strings.Count(ts.ReadFile(args[0]), "\n"); n > most {
		ts.Fatalf("%d lines, want at most %d", n, most)
	}
}

// jq PATH [VALUE]: standard output is one JSON document, or one a line of which the
// last is looked at, that has something at the dotted path, and that value.
func jq(ts *testscript.TestScript, neg bool, args []string) {
	var value any
	decoder := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	for decoder.More() {
		value = nil
		ts.Check(decoder.Decode(&value))
	}
	for part := range strings.SplitSeq(args[0], ".") {
		switch at := value.(type) {
		case map[string]any:
			value = at[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(at) {
				ts.Fatalf("no %s in %v", part, at)
			}
			value = at[i]
		default:
			value = nil
		}
	}
	encoded, err := json.Marshal(value)
	ts.Check(err)
	got := strings.Trim(string(encoded), `"`)
	if want := args[1:]; value == nil != neg || !neg && len(want) > 0 && got != want[0] {
		ts.Fatalf("%s is %s, want %v", args[0], got, want)
	}
}
