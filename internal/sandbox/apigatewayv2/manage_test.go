package apigatewayv2_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	management "github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/coder/websocket"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

func TestTheManagementAPISendsAsksAndCloses(t *testing.T) {
	w := serve(t)
	c := w.dial(t, "")
	id := w.handler.context(t, 0)["connectionId"].(string)
	client := w.client()
	if _, err := client.PostToConnection(t.Context(), &management.PostToConnectionInput{ConnectionId: &id, Data: []byte("pushed")}); err != nil {
		t.Fatal(err)
	}
	if got := read(t, c); got != "pushed" {
		t.Errorf("the client read %s", got)
	}
	got, err := client.GetConnection(t.Context(), &management.GetConnectionInput{ConnectionId: &id})
	if err != nil || *got.Identity.SourceIp != "127.0.0.1" || *got.Identity.UserAgent != "test" || time.Since(*got.ConnectedAt) > time.Minute || got.LastActiveAt.Before(*got.ConnectedAt) {
		t.Errorf("the connection is %+v %v", got, err)
	}
	if _, err := client.PostToConnection(t.Context(), &management.PostToConnectionInput{ConnectionId: &id, Data: make([]byte, 128<<10+1)}); oracle.Code(err) != "PayloadTooLargeException" || oracle.Status(err) != 413 {
		t.Errorf("too long a message: %v", err)
	}
	if _, err := client.DeleteConnection(t.Context(), &management.DeleteConnectionInput{ConnectionId: &id}); err != nil {
		t.Fatal(err)
	}
	if code := closed(t, c); code != websocket.StatusNormalClosure {
		t.Errorf("closed with %d", code)
	}
	w.handler.context(t, 1)
	for _, id := range []string{id, "L0SM9cOFvHcCIhw="} {
		if _, err := client.PostToConnection(t.Context(), &management.PostToConnectionInput{ConnectionId: &id, Data: []byte("x")}); oracle.Code(err) != "GoneException" || oracle.Status(err) != 410 {
			t.Errorf("a connection that is gone: %v", err)
		}
	}
}

func TestTheCLIAndBoto3SpeakToConnections(t *testing.T) {
	w := serve(t)
	c := w.dial(t, "")
	id := w.handler.context(t, 0)["connectionId"].(string)
	environment := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", "PYENV_VERSION=" + os.Getenv("PYENV_VERSION"),
		"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=secret",
	}
	file := t.TempDir() + "/data"
	if err := os.WriteFile(file, []byte("by the CLI"), 0o600); err != nil {
		t.Fatal(err)
	}
	script := `import boto3, sys
c = boto3.client("apigatewaymanagementapi", endpoint_url=sys.argv[1])
c.post_to_connection(ConnectionId=sys.argv[2], Data=b"by boto3")
assert c.get_connection(ConnectionId=sys.argv[2])["ConnectedAt"].year > 2000
try:
    c.post_to_connection(ConnectionId="none=", Data=b"x")
except c.exceptions.GoneException:
    print("gone")
`
	for _, party := range []struct {
		name      string
		arguments []string
		pushed    string
	}{
		{"aws", []string{"--endpoint-url", w.base(), "apigatewaymanagementapi", "post-to-connection", "--connection-id", id, "--data", "fileb://" + file}, "by the CLI"},
		{"python3", []string{"-c", script, w.base(), id}, "by boto3"},
	} {
		path, err := exec.LookPath(party.name)
		if err == nil && party.name == "python3" {
			err = exec.Command(path, "-c", "import boto3").Run()
		}
		if err != nil {
			t.Logf("%s is not installed: one client that is not ours is missing", party.name)
			continue
		}
		command := exec.CommandContext(t.Context(), path, party.arguments...)
		command.Env = environment
		output, err := command.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v %s", party.name, err, output)
			continue
		}
		if got := read(t, c); got != party.pushed {
			t.Errorf("%s pushed %s", party.name, got)
		}
		if party.name == "python3" && strings.TrimSpace(string(output)) != "gone" {
			t.Errorf("boto3 says %s", output)
		}
	}
}
