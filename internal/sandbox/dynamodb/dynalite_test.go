package dynamodb_test

import (
	"context"
	"net"
	"net/http"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

// dynalite starts the npm package of that name, an independent DynamoDB. The test is
// skipped, with a message, where it cannot be had within a minute.
func dynalite(t *testing.T) *sdk.Client {
	t.Helper()
	npx, err := exec.LookPath("npx")
	if err != nil {
		t.Skip("npx is not installed: no dynalite to compare with")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	listener.Close()
	command := exec.CommandContext(t.Context(), npx, "--yes", "dynalite", "--port", port, "--createTableMs", "0")
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Skipf("dynalite does not start: %v", err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // npx has a child
		_ = command.Wait()
	})
	endpoint := "http://127.0.0.1:" + port
	if !answers(t.Context(), endpoint) {
		t.Skip("dynalite did not answer within a minute")
	}
	return sdk.NewFromConfig(aws.Config{
		Region: oracle.Region, BaseEndpoint: &endpoint, HTTPClient: &http.Client{},
		Credentials: credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "secret", ""),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	})
}

func answers(ctx context.Context, endpoint string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		if response, err := http.Get(endpoint); err == nil {
			response.Body.Close()
			return true
		}
		if clock.Sleep(ctx, clock.Wall{}, 200*time.Millisecond) != nil {
			return false
		}
	}
}
