package dotenv

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// values are such as ARNs and URLs are made of, and some that are worse.
var values = map[string]string{
	"PLAIN": "keyvex-main-table-local", "URL": "http://127.0.0.1:4599/000000000000/queue?a=1&b=2", "ARN": "arn:aws:iam::000000000000:role/x",
	"EMPTY": "", "SPACES": " two  words ", "HASH": "a#b #c", "DOLLAR": "a$b${c}$$", "DOUBLE": `say "hi"`, "SINGLE": "it's",
	"BOTH": `it's "so"`, "BACKSLASH": `C:\new\table`, "LINES": "one\ntwo", "KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY=",
}

// TestReadersOfOthersSeeTheValues needs node and, in NODE_PATH, @next/env.
func TestReadersOfOthersSeeTheValues(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("SKIPPED: no node on this machine: what is written is not held against Next.js's reader")
	}
	folder := t.TempDir()
	var document string
	for name, value := range values {
		document += name + "=" + quote(value) + "\n"
	}
	if err := os.WriteFile(filepath.Join(folder, ".env.local"), []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	const program = `try { var next = require("@next/env") } catch { process.exit(77) }
		const {combinedEnv} = next.loadEnvConfig(process.argv[1], true, {info(){}, error: console.error})
		console.log(JSON.stringify(combinedEnv))`
	cmd := exec.Command(node, "-e", program, folder)
	cmd.Env = []string{"NODE_PATH=" + os.Getenv("NODE_PATH"), "PATH=" + os.Getenv("PATH")}
	out, err := cmd.Output()
	if cmd.ProcessState != nil && cmd.ProcessState.ExitCode() == 77 {
		t.Skip("SKIPPED: no @next/env in NODE_PATH: what is written is not held against Next.js's reader")
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var read map[string]string
	if err := json.Unmarshal(out, &read); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, want := range values {
		if read[name] != want {
			t.Errorf("%s written as %s is read as %q, want %q", name, quote(want), read[name], want)
		}
	}
}
