// Package rehearsal is a function for tests, served by AWS's own runtime client.
package rehearsal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// Order is the event: what the function shall do.
type Order struct {
	Do   string
	Text string
	Size int
	// Sleep is in milliseconds.
	Sleep int
}

// Run serves events if this process was marked, and ends with it.
func Run(marker string) {
	name, ok := os.LookupEnv(marker)
	if !ok {
		return
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	switch name {
	case "stillborn":
		fmt.Println("cannot begin")
		os.Exit(3)
	case "unready":
		select {}
	}
	lambda.Start(Handle)
}

// Handle does what the event says.
func Handle(ctx context.Context, o Order) (any, error) {
	time.Sleep(time.Duration(o.Sleep) * time.Millisecond)
	switch o.Do {
	case "environment":
		return os.Environ(), nil
	case "files":
		return files()
	case "print":
		fmt.Println(o.Text)
	case "unfinished line":
		fmt.Print(o.Text)
	case "fail":
		return nil, errors.New(o.Text)
	case "panic":
		panic(o.Text)
	case "exit":
		os.Exit(o.Size)
	case "large":
		return strings.Repeat("x", o.Size), nil
	case "memory":
		held := make([]byte, o.Size)
		for i := range held {
			held[i] = 1
		}
		return len(held), nil
	case "child":
		child := exec.Command("/bin/sleep", "300")
		child.Stdout = os.Stdout
		return child.Process, child.Start()
	case "context":
		about, _ := lambdacontext.FromContext(ctx)
		deadline, _ := ctx.Deadline()
		return map[string]any{"id": about.AwsRequestID, "arn": about.InvokedFunctionArn, "left": time.Until(deadline).Milliseconds()}, nil
	}
	return map[string]any{"pid": os.Getpid(), "text": o.Text}, nil
}

func files() (any, error) {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil {
			out = append(out, e.Name()+" "+to)
		}
	}
	return out, nil
}

// JSON writes an order.
func (o Order) JSON() []byte {
	text, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return text
}
