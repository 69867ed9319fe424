package acceptance

import (
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// motoServer starts an AWS server that is not ours.
func motoServer(t *testing.T) (endpoint string) {
	t.Helper()
	path := needs(t, "moto_server", "keyvex is not held against an AWS server that is not ours")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	_, port, _ := net.SplitHostPort(address)
	server := exec.Command(path, "-H", "127.0.0.1", "-p", port)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	for range 300 {
		if response, err := http.Get("http://" + address + "/moto-api/data.json"); err == nil {
			_ = response.Body.Close()
			return "http://" + address
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("moto_server does not answer")
	return ""
}

func atMoto(t *testing.T, endpoint string) *home {
	t.Helper()
	return newHome(t).with("AWS_ENDPOINT_URL="+endpoint, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_REGION=us-east-1")
}

// moto lacks much of what the stacks hold. What counts is that the deploy ends,
// in reasonable time, either done or with one error that names stack, resource and
// the server's own words.
func TestADeployToAForeignServerEndsDoneOrWithOneClearError(t *testing.T) {
	h := atMoto(t, motoServer(t))
	out := h.run("deploy", "--env", "development", "--yes")
	t.Logf("exit %d after %s\n%s%s", out.code, out.took, out.stdout, out.stderr)
	if out.code == 0 {
		return
	}
	if out.code != 1 {
		t.Errorf("exit %d, want 0 or 1", out.code)
	}
	var errors, hints []string
	for line := range strings.Lines(out.stderr) {
		switch {
		case strings.HasPrefix(line, "error: "):
			errors = append(errors, line)
		case strings.HasPrefix(line, "hint: "):
			hints = append(hints, line)
		}
	}
	if len(errors) != 1 || len(hints) != 1 {
		t.Fatalf("%d error and %d hint lines", len(errors), len(hints))
	}
	named := false
	for _, stack := range []string{"Security", "Database", "Storage", "Compute", "Api", "Monitoring"} {
		named = named || strings.Contains(errors[0], stack)
	}
	if !named {
		t.Errorf("no stack is named: %s", errors[0])
	}
}

// moto takes the Monitoring stack whole, and Security but for what it ignores.
func TestWhatAForeignServerSupportsIsDeployed(t *testing.T) {
	h := atMoto(t, motoServer(t))
	out := h.run("deploy", "--env", "development", "--yes", "--stack", "Storage")
	t.Logf("exit %d\n%s%s", out.code, out.stdout, out.stderr)
	status := h.run("status", "-e", "development", "--json")
	t.Logf("%s", status.stdout)
	if out.code == 0 && !strings.Contains(status.stdout, `_COMPLETE"`) {
		t.Errorf("done, but the status shows nothing complete")
	}
}
