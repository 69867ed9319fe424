package logs_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	sandboxlogs "github.com/keyvex/keyvex/internal/sandbox/logs"
)

// frames are the events of a stack trace, each of which Lambda takes from a line of
// its own.
var frames = []string{"panic: %d", "", "goroutine 1 [running]:", "main.handle()", "\t/main.go:7 +0x1d"}

// Traces of many streams at the same time, cut by pages and by polls: each stays in one
// piece, and nothing is lost, repeated or, by what begins a trace, out of order.
func TestAStackTraceStaysInOnePiece(t *testing.T) {
	for _, follow := range []bool{false, true} {
		t.Run(fmt.Sprint("follow ", follow), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { tracesInOnePiece(t, follow) })
		})
	}
}

func tracesInOnePiece(t *testing.T, follow bool) {
	const count, streams = 300, 7
	w := newTruth(t, 5, 2, streams, 0)
	w.sandbox.Logs.Deliver(sandboxlogs.Delivery{Scan: 13})
	write := func() {
		for frame := range frames {
			for n := range count {
				at := time.Now().Add(time.Duration(n/streams*10+frame) * time.Millisecond)
				text := strings.ReplaceAll(frames[frame], "%d", fmt.Sprint(n))
				stream := n % streams
				if err := w.sandbox.Logs.Append(w.groups[stream%2].Name, fmt.Sprint(stream), host.LogLine{At: at, Message: text}); err != nil {
					t.Error(err)
				}
			}
		}
	}
	o := options(w)
	o.Budget = nil
	if o.Follow = follow; !follow {
		write()
		time.Sleep(time.Second)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var got []string
	reader := logs.NewReader()
	if follow {
		go func() {
			time.Sleep(5 * time.Second)
			write()
		}()
	}
	for e, err := range logs.Follow(ctx, cloudwatchlogs.NewFromConfig(w.sandbox.SDKConfig()), o) {
		if err != nil {
			t.Fatal(err)
		}
		var entries []logs.Entry
		for _, l := range e.Lines {
			entries = append(entries, reader.Read(l))
		}
		for together := range logs.Together(entries) {
			var texts []string
			for _, e := range together {
				texts = append(texts, e.Message)
			}
			got = append(got, strings.Join(texts, "|"))
		}
	}
	if len(got) != count {
		t.Errorf("%d pieces of %d traces: %q", len(got), count, got[:min(len(got), 5)])
	}
	slices.Sort(got)
	for n, text := range got {
		if want := strings.Join(frames, "|"); strings.Count(text, "|") != strings.Count(want, "|") || !strings.HasPrefix(text, "panic: ") {
			t.Fatalf("piece %d is %q", n, text)
		}
	}
}
