package window_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/window"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	sandbox "github.com/keyvex/keyvex/internal/sandbox/logs"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

// counted counts calls, and lets some of them fail.
type counted struct {
	logs.Searcher
	calls atomic.Int64
	fail  error
}

func (c *counted) FilterLogEvents(ctx context.Context, in *cloudwatchlogs.FilterLogEventsInput, f ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	c.calls.Add(1)
	if c.fail != nil {
		return nil, c.fail
	}
	return c.Searcher.FilterLogEvents(ctx, in, f...)
}

// fill makes a group of so many lines, one a millisecond, over ten streams.
func fill(t *testing.T, lines, scan int) (*counted, []logs.Group, time.Time) {
	service := sandbox.New(oracle.Host())
	t.Cleanup(func() { _ = service.Close() })
	client := cloudwatchlogs.NewFromConfig(oracle.Config(service.Wire()))
	name := "g"
	if _, err := client.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &name}); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	for i := range lines {
		at := begin.Add(time.Duration(i) * time.Millisecond)
		if err := service.Append("g", fmt.Sprint(i%10), host.LogLine{At: at, Message: fmt.Sprint("line ", i)}); err != nil {
			t.Fatal(err)
		}
	}
	service.Deliver(sandbox.Delivery{Scan: scan})
	return &counted{Searcher: client}, []logs.Group{{Name: "g", Short: "g"}}, begin
}

func TestAWindowIsReadWholeAndInOrder(t *testing.T) {
	for _, scan := range []int{0, 7} { // with 7, pages are short and often empty
		synctest.Test(t, func(t *testing.T) {
			api, groups, begin := fill(t, 25_000, scan*100)
			span := window.Span{Groups: groups, From: begin.Add(100 * time.Millisecond), To: begin.Add(24_899 * time.Millisecond)}
			next := 100
			for page, err := range (&window.Reader{API: api}).Read(t.Context(), span) {
				if err != nil {
					t.Fatal(err)
				}
				for _, l := range page.Lines {
					if l.Message != fmt.Sprint("line ", next) {
						t.Fatalf("got %s, want line %d", l.Message, next)
					}
					next++
				}
			}
			if next != 24_900 {
				t.Errorf("read up to %d", next)
			}
		})
	}
}

func TestCallsLeaveHalfOfTheQuotaToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api, groups, begin := fill(t, 1000, 100)
		began := time.Now()
		reader := &window.Reader{API: api, Budget: logs.NewBudget(clock.Wall{}, "eu-central-1")}
		for range reader.Read(t.Context(), window.Span{Groups: groups, From: begin}) {
		}
		// 5 a second is eu-central-1's quota; the first call does not wait.
		if took := time.Since(began); took != time.Duration(api.calls.Load()-1)*400*time.Millisecond || api.calls.Load() < 10 {
			t.Errorf("%d calls in %s", api.calls.Load(), took)
		}
	})
}

func TestReadingEndsWithAnErrorAndWhenNobodyReadsOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api, groups, begin := fill(t, 1000, 10)
		span := window.Span{Groups: append(groups, groups...), From: begin}
		for range (&window.Reader{API: api}).Read(t.Context(), span) {
			break
		}
		api.fail = problem.New(problem.Credentials, "no")
		var last error
		for _, err := range (&window.Reader{API: api}).Read(t.Context(), span) {
			last = err
		}
		if !errors.Is(last, api.fail) {
			t.Errorf("ended with %v", last)
		}
		api.fail = nil
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, err := range (&window.Reader{API: api}).Read(ctx, span) {
			last = err
		}
		if !errors.Is(last, context.Canceled) {
			t.Errorf("ended with %v", last)
		}
	})
}
