package invocation_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/logs/window"
	"github.com/keyvex/keyvex/internal/problem"
)

// translated answers as a session of package cloud does: not found as a problem.
type translated struct{ logs.Searcher }

func (a translated) FilterLogEvents(ctx context.Context, in *cloudwatchlogs.FilterLogEventsInput, f ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	if *in.LogGroupName == "absent" {
		return nil, problem.New(problem.NotFound, "no such group")
	}
	return a.Searcher.FilterLogEvents(ctx, in, f...)
}

func (a *account) notFound() *window.Reader {
	return &window.Reader{API: translated{a.reader.API}}
}

// hundred are invocations of 1 to 100 seconds, of two functions in turn.
func hundred() []*invocation.Invocation {
	var all []*invocation.Invocation
	for n := range 100 {
		i := &invocation.Invocation{Function: []string{"a", "b"}[n%2], Duration: time.Duration(n+1) * time.Second, Start: time.Unix(int64(n), 0), Outcome: invocation.OK}
		if n%10 == 0 {
			i.Outcome, i.Cold, i.IDs = invocation.Timeout, true, []string{fmt.Sprint("job-", n)}
		}
		all = append(all, i)
	}
	return all
}

func TestInvocationsAreChosen(t *testing.T) {
	for name, test := range map[string]struct {
		choice invocation.Choice
		want   int
	}{
		"all":                    {invocation.Choice{}, 100},
		"failed":                 {invocation.Choice{Failed: true}, 10},
		"cold":                   {invocation.Choice{Cold: true}, 10},
		"of a job":               {invocation.Choice{ID: "job-50"}, 1},
		"slower than 90 s":       {invocation.Choice{Slower: invocation.Threshold{Duration: 90 * time.Second}}, 10},
		"slower than p90 each":   {invocation.Choice{Slower: invocation.Threshold{Percent: 90}}, 10}, // 5 of 50 of each function
		"failed and slow enough": {invocation.Choice{Failed: true, Slower: invocation.Threshold{Percent: 50}}, 5},
	} {
		if got := invocation.Choose(hundred(), test.choice); len(got) != test.want {
			t.Errorf("%s: %d, want %d", name, len(got), test.want)
		}
	}
}

func TestInvocationsAreSorted(t *testing.T) {
	for by, want := range map[string]time.Duration{"start": 1, "duration": 100, "function": 1, "outcome": 1, "memory": 1} {
		all := hundred()
		if !invocation.Sort(all, by) || all[0].Duration != want*time.Second {
			t.Errorf("by %s the first is %s", by, all[0].Duration)
		}
	}
	if invocation.Sort(hundred(), "luck") {
		t.Error("there is an order by luck")
	}
}

func TestThresholdsAreRead(t *testing.T) {
	for text, want := range map[string]invocation.Threshold{
		"p95": {Percent: 95}, "P99.9": {Percent: 99.9}, "20s": {Duration: 20 * time.Second}, "1m30s": {Duration: 90 * time.Second},
	} {
		if got, err := invocation.ParseThreshold(text); err != nil || got != want {
			t.Errorf("%s is %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "p", "p0", "p100", "20", "-1s", "pNaN"} {
		if got, err := invocation.ParseThreshold(text); !problem.Is(err, problem.Usage) {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
}

func FuzzParseThreshold(f *testing.F) {
	f.Add("p95")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := invocation.ParseThreshold(text)
		if err == nil && got.Duration <= 0 && (got.Percent <= 0 || got.Percent >= 100) {
			t.Fatalf("%q is %+v", text, got)
		}
	})
}
