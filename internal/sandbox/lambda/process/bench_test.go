package process_test

import (
	"crypto/rand"
	"net/http"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/lambda/process"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
)

func get(t *testing.T, url string) int {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}

func BenchmarkColdStart(b *testing.B) {
	r := process.New("", rand.Reader)
	defer r.Close()
	for b.Loop() {
		i, err := r.Start(b.Context(), runner.Spec{Program: "echo", Output: func([]string) {}})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		i.Stop()
		b.StartTimer()
	}
}

func BenchmarkWarmInvoke(b *testing.B) {
	r := process.New("", rand.Reader)
	defer r.Close()
	i, err := r.Start(b.Context(), runner.Spec{Program: "echo", Output: func([]string) {}})
	if err != nil {
		b.Fatal(err)
	}
	in := runner.Invocation{RequestID: "1", Deadline: time.Now().Add(time.Hour), Payload: order{}.JSON()}
	for b.Loop() {
		if _, err := i.Invoke(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
}
