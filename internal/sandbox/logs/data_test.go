package logs_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/logs"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

var g = aws.String("g")

func createStreams(t *testing.T, c *cloudwatchlogs.Client, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := c.CreateLogStream(t.Context(), &cloudwatchlogs.CreateLogStreamInput{LogGroupName: g, LogStreamName: &name}); err != nil {
			t.Fatal(err)
		}
	}
}

func event(at time.Time, message string) types.InputLogEvent {
	return types.InputLogEvent{Timestamp: aws.Int64(at.UnixMilli()), Message: &message}
}

func put(t *testing.T, c *cloudwatchlogs.Client, stream string, batch ...types.InputLogEvent) *cloudwatchlogs.PutLogEventsOutput {
	t.Helper()
	out, err := c.PutLogEvents(t.Context(), &cloudwatchlogs.PutLogEventsInput{LogGroupName: g, LogStreamName: &stream, LogEvents: batch})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// fatal is what testing.T and rapid.T share here.
type fatal interface{ Fatal(...any) }

func search(t fatal, c *cloudwatchlogs.Client, in cloudwatchlogs.FilterLogEventsInput) (events []types.FilteredLogEvent, pages int) {
	in.LogGroupName = g
	each := cloudwatchlogs.NewFilterLogEventsPaginator(c, &in)
	for each.HasMorePages() {
		out, err := each.NextPage(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		pages++
		events = append(events, out.Events...)
	}
	return events, pages
}

func messages(events []types.FilteredLogEvent) (out []string) {
	for _, e := range events {
		out = append(out, *e.Message)
	}
	return out
}

// walk follows the tokens of GetLogEvents until one repeats.
func walk(t fatal, c *cloudwatchlogs.Client, stream string, forward bool, limit int32) (out []string) {
	in := &cloudwatchlogs.GetLogEventsInput{LogGroupName: g, LogStreamName: &stream, StartFromHead: &forward, Limit: &limit}
	for {
		page, err := c.GetLogEvents(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		var here []string
		for _, e := range page.Events {
			here = append(here, *e.Message)
		}
		next := page.NextForwardToken
		if forward {
			out = append(out, here...)
		} else {
			next, out = page.NextBackwardToken, append(here, out...)
		}
		if in.NextToken != nil && *in.NextToken == *next {
			return out
		}
		in.NextToken = next
	}
}

// The model sorts everything by time, and by the order of ingestion.
func TestPagesNeitherLoseNorRepeatWhileOthersWrite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		service := logs.New(oracle.Host())
		c := cloudwatchlogs.NewFromConfig(oracle.Config(service.Wire()))
		if _, err := c.CreateLogGroup(context.Background(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: g}); err != nil {
			t.Fatal(err)
		}
		type line struct {
			at              time.Time
			stream, message string
		}
		start := time.Now().Add(-time.Hour).Truncate(time.Millisecond)
		var model []line
		for i := range rapid.IntRange(0, 60).Draw(t, "lines") {
			l := line{start.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "at")) * time.Millisecond), rapid.SampledFrom([]string{"a", "b", "ab"}).Draw(t, "stream"), fmt.Sprint(i)}
			model = append(model, l)
			if err := service.Append("g", l.stream, host.LogLine{At: l.at, Message: l.message}); err != nil {
				t.Fatal(err)
			}
		}
		slices.SortStableFunc(model, func(a, b line) int { return a.at.Compare(b.at) })
		var writers sync.WaitGroup
		for w := range 2 {
			writers.Go(func() {
				for i := range 20 {
					_ = service.Append("g", fmt.Sprint("w", w), host.LogLine{At: start.Add(time.Duration(i) * time.Millisecond), Message: "other"})
				}
			})
		}
		defer writers.Wait()
		limit := aws.Int32(rapid.Int32Range(1, 9).Draw(t, "limit"))
		var want []string
		for _, l := range model {
			if strings.HasPrefix(l.stream, "a") {
				want = append(want, l.message)
			}
		}
		found, _ := search(t, c, cloudwatchlogs.FilterLogEventsInput{Limit: limit, LogStreamNamePrefix: aws.String("a")})
		if got := messages(found); !slices.Equal(got, want) {
			t.Fatalf("filtered %v, want %v", got, want)
		}
		if !slices.IsSortedFunc(found, func(a, b types.FilteredLogEvent) int { return strings.Compare(*a.EventId, *b.EventId) }) {
			t.Fatal("the ids are not in order")
		}
		back, _ := search(t, c, cloudwatchlogs.FilterLogEventsInput{
			Limit: limit, LogStreamNamePrefix: aws.String("a"), StartFromHead: aws.Bool(false), StartTime: aws.Int64(start.UnixMilli()),
		})
		slices.Reverse(back)
		if got := messages(back); !slices.Equal(got, want) {
			t.Fatalf("filtered backward %v, want %v", got, want)
		}
		if len(want) == 0 || !slices.ContainsFunc(model, func(l line) bool { return l.stream == "a" }) {
			return
		}
		want = nil
		for _, l := range model {
			if l.stream == "a" {
				want = append(want, l.message)
			}
		}
		for _, forward := range []bool{true, false} {
			if got := walk(t, c, "a", forward, *limit); !slices.Equal(got, want) {
				t.Fatalf("got %v, want %v (forward %v)", got, want, forward)
			}
		}
	})
}

func TestAForwardTokenShowsWhatComesLater(t *testing.T) {
	c, _ := client(t)
	create(t, c, "g")
	createStreams(t, c, "s")
	now := time.Now()
	in := &cloudwatchlogs.GetLogEventsInput{LogGroupName: g, LogStreamName: aws.String("s")}
	for i := range 3 {
		out, err := c.GetLogEvents(t.Context(), in)
		if err != nil || len(out.Events) != min(i, 1) {
			t.Fatalf("round %d: %v, %v", i, out, err)
		}
		in.NextToken = out.NextForwardToken
		put(t, c, "s", event(now, fmt.Sprint(i)))
	}
}

func TestABatchThatIsTooOldOrTooNewIsTakenInPart(t *testing.T) {
	c, _ := client(t)
	create(t, c, "g")
	createStreams(t, c, "s")
	now := time.Now()
	day := 24 * time.Hour
	out := put(t, c, "s", event(now.Add(-15*day), "too old"))
	if out.RejectedLogEventsInfo == nil || *out.RejectedLogEventsInfo.TooOldLogEventEndIndex != 1 || out.RejectedLogEventsInfo.TooNewLogEventStartIndex != nil {
		t.Errorf("%+v", out.RejectedLogEventsInfo)
	}
	out = put(t, c, "s", event(now, "kept"), event(now.Add(3*time.Hour), "too new"))
	if out.RejectedLogEventsInfo == nil || *out.RejectedLogEventsInfo.TooNewLogEventStartIndex != 1 || out.RejectedLogEventsInfo.TooOldLogEventEndIndex != nil {
		t.Errorf("%+v", out.RejectedLogEventsInfo)
	}
	put(t, c, "s", event(now.Add(-2*day), "to expire"))
	if _, err := c.PutRetentionPolicy(t.Context(), &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: g, RetentionInDays: aws.Int32(1)}); err != nil {
		t.Fatal(err)
	}
	out = put(t, c, "s", event(now.Add(-2*day), "expired"))
	if out.RejectedLogEventsInfo == nil || *out.RejectedLogEventsInfo.ExpiredLogEventEndIndex != 1 {
		t.Errorf("%+v", out.RejectedLogEventsInfo)
	}
	if found, _ := search(t, c, cloudwatchlogs.FilterLogEventsInput{}); !slices.Equal(messages(found), []string{"kept"}) {
		t.Errorf("kept %q", messages(found))
	}
}

func TestBatchesBeyondTheLimitsAreRefused(t *testing.T) {
	c, _ := client(t)
	create(t, c, "g")
	createStreams(t, c, "s")
	now := time.Now()
	for name, batch := range map[string][]types.InputLogEvent{
		"unordered": {event(now, "b"), event(now.Add(-time.Second), "a")},
		"long":      {event(now.Add(-25*time.Hour), "a"), event(now, "b")},
		"many":      slices.Repeat([]types.InputLogEvent{event(now, "x")}, 10_001),
		"large":     slices.Repeat([]types.InputLogEvent{event(now, strings.Repeat("x", 1<<19))}, 2),
		"empty":     {event(now, "")},
	} {
		_, err := c.PutLogEvents(t.Context(), &cloudwatchlogs.PutLogEventsInput{LogGroupName: g, LogStreamName: aws.String("s"), LogEvents: batch})
		if oracle.Code(err) != "InvalidParameterException" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAPageIsBoundedByItsBytes(t *testing.T) {
	c, service := client(t)
	create(t, c, "g")
	for range 10 {
		if err := service.Append("g", "s", host.LogLine{At: time.Now(), Message: strings.Repeat("x", 300_000)}); err != nil {
			t.Fatal(err)
		}
	}
	if found, pages := search(t, c, cloudwatchlogs.FilterLogEventsInput{}); len(found) != 10 || pages != 4 {
		t.Errorf("%d events in %d pages", len(found), pages)
	}
}

func TestEmptyPagesAndDelaysCanBeHad(t *testing.T) {
	c, service := client(t)
	create(t, c, "g")
	for i := range 10 {
		if err := service.Append("g", "s", host.LogLine{At: time.Now(), Message: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	service.Deliver(logs.Delivery{Scan: 2})
	if found, pages := search(t, c, cloudwatchlogs.FilterLogEventsInput{FilterPattern: aws.String("7")}); len(found) != 1 || pages != 5 {
		t.Errorf("%d events in %d pages", len(found), pages)
	}
	service.Deliver(logs.Delivery{Delay: time.Hour})
	if found, _ := search(t, c, cloudwatchlogs.FilterLogEventsInput{}); len(found) != 0 {
		t.Errorf("%d events before their time", len(found))
	}
}

func TestADeletedStreamsEventsDoNotComeBackWithItsName(t *testing.T) {
	c, service := client(t)
	create(t, c, "g")
	line := host.LogLine{At: time.Now(), Message: "old"}
	if err := service.Append("g", "s", line); err != nil {
		t.Fatal(err)
	}
	if _, err := c.DeleteLogStream(t.Context(), &cloudwatchlogs.DeleteLogStreamInput{LogGroupName: g, LogStreamName: aws.String("s")}); err != nil {
		t.Fatal(err)
	}
	createStreams(t, c, "s")
	if found, _ := search(t, c, cloudwatchlogs.FilterLogEventsInput{}); len(found) != 0 || len(walk(t, c, "s", true, 10)) != 0 {
		t.Errorf("%d events of a deleted stream", len(found))
	}
	if err := service.Append("nowhere", "s", line); oracle.Code(err) != "ResourceNotFoundException" {
		t.Errorf("append to no group: %v", err)
	}
}

func TestStreamsAreListedByTheirLastEvents(t *testing.T) {
	c, service := client(t)
	create(t, c, "g")
	now := time.UnixMilli(time.Now().UnixMilli())
	for i, name := range []string{"b", "c", "a"} {
		if err := service.Append("g", name, host.LogLine{At: now.Add(time.Duration(i) * time.Second), Message: "12345"}, host.LogLine{At: now, Message: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	pages := cloudwatchlogs.NewDescribeLogStreamsPaginator(c, &cloudwatchlogs.DescribeLogStreamsInput{
		LogGroupName: g, OrderBy: types.OrderByLastEventTime, Descending: aws.Bool(true), Limit: aws.Int32(1),
	})
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s := out.LogStreams[0]
		names = append(names, *s.LogStreamName)
		if *s.FirstEventTimestamp != now.UnixMilli() || *s.LastEventTimestamp < now.UnixMilli() || *s.LastIngestionTime < now.UnixMilli() {
			t.Errorf("%+v", s)
		}
	}
	if !slices.Equal(names, []string{"a", "c", "b"}) {
		t.Errorf("in the order %v", names)
	}
	out, err := c.DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})
	if err != nil || *out.LogGroups[0].StoredBytes != 3*(5+1+2*26) {
		t.Errorf("%v, %v", out, err)
	}
}
