package invocation_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/invocation"
)

// TestEachInvocationIsFoundOnceHoweverStreamsAreMixed draws what several execution
// environments do, and the order in which their lines come.
func TestEachInvocationIsFoundOnceHoweverStreamsAreMixed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type run struct {
			id      string
			outcome invocation.Outcome
			lines   int
		}
		var want []run
		streams := make([][]string, rapid.IntRange(1, 5).Draw(t, "streams"))
		for s := range streams {
			for range rapid.IntRange(0, 6).Draw(t, "runs") {
				n := rapid.IntRange(0, 3).Draw(t, "id") // few ids, so that they come again
				lines, outcome := []string{start(n)}, invocation.OK
				for range rapid.IntRange(0, 4).Draw(t, "words") {
					lines = append(lines, rapid.SampledFrom([]string{"words", `{"level":"INFO","msg":"x","requestId":"not-lambdas"}`, `{"_aws":{}}`, ""}).Draw(t, "line"))
				}
				end := report(n, usual)
				switch rapid.IntRange(0, 2).Draw(t, "end") {
				case 1:
					lines, outcome = append(lines, `{"level":"ERROR","msg":"no"}`), invocation.Error
				case 2:
					lines, outcome = append(lines, "2026-11-22T23:47:06.000Z "+id(n)+" Task timed out after 3.00 seconds"), invocation.Timeout
					end += "Status: timeout"
				}
				lines = append(lines, "END RequestId: "+id(n), end)
				streams[s] = append(streams[s], lines...)
				want = append(want, run{id(n), outcome, len(lines)})
			}
		}
		got := map[string]int{}
		a := invocation.NewAssembler(func(i *invocation.Invocation) {
			got[fmt.Sprint(run{i.RequestID, i.Outcome, i.Lines})]++
		})
		for {
			var open []int
			for s := range streams {
				if len(streams[s]) > 0 {
					open = append(open, s)
				}
			}
			if len(open) == 0 {
				break
			}
			s := rapid.SampledFrom(open).Draw(t, "stream")
			a.Add("f", logs.Line{Stream: fmt.Sprint(s), Message: streams[s][0]})
			streams[s] = streams[s][1:]
		}
		for _, r := range want {
			got[fmt.Sprint(r)]--
		}
		for r, n := range got {
			if n != 0 {
				t.Fatalf("%s: %+d", r, n)
			}
		}
	})
}

func FuzzAssemble(f *testing.F) {
	f.Add(start(1) + "\x00x\x00" + report(1, usual))
	f.Add("REPORT RequestId: \x00START RequestId: a\x00{\"type\":\"platform.report\",\"record\":{\"requestId\":\"a\"}}")
	f.Fuzz(func(t *testing.T, text string) {
		lines, seen := strings.Split(text, "\x00"), 0
		a := invocation.NewAssembler(func(i *invocation.Invocation) {
			if seen += i.Lines; i.RequestID == "" || i.Lines < 1 || i.Duration < 0 {
				t.Fatalf("%+v", i)
			}
		})
		for _, l := range lines {
			a.Add("f", logs.Line{Message: l})
		}
		if seen > len(lines) {
			t.Fatalf("%d lines of %d", seen, len(lines))
		}
	})
}
