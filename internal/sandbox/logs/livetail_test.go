package logs_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

// update waits for the next one.
func update(t *testing.T, stream *cloudwatchlogs.StartLiveTailEventStream) types.LiveTailSessionUpdate {
	t.Helper()
	e, ok := (<-stream.Events()).(*types.StartLiveTailResponseStreamMemberSessionUpdate)
	if !ok {
		t.Fatalf("no update: %v", stream.Err())
	}
	return e.Value
}

func TestALiveTailShowsWhatIsPutOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, service := client(t)
		create(t, c, "g", "other")
		arn := "arn:aws:logs:us-east-1:123456789012:log-group:g"
		out, err := c.StartLiveTail(t.Context(), &cloudwatchlogs.StartLiveTailInput{
			LogGroupIdentifiers: []string{arn}, LogEventFilterPattern: aws.String("x"), LogStreamNamePrefixes: []string{"a"},
		})
		if err != nil {
			t.Fatal(err)
		}
		stream := out.GetStream()
		start := (<-stream.Events()).(*types.StartLiveTailResponseStreamMemberSessionStart)
		if !slices.Equal(start.Value.LogGroupIdentifiers, []string{arn}) {
			t.Errorf("started %+v", start.Value)
		}
		line := host.LogLine{At: time.Now().Add(-time.Minute), Message: "x"}
		for _, to := range [][2]string{{"g", "a1"}, {"g", "b"}, {"other", "a1"}} {
			if err := service.Append(to[0], to[1], line, host.LogLine{At: line.At, Message: "y"}); err != nil {
				t.Fatal(err)
			}
		}
		got := update(t, stream)
		if len(got.SessionResults) != 1 || *got.SessionResults[0].LogStreamName != "a1" || got.SessionMetadata.Sampled {
			t.Errorf("got %+v", got)
		}
		before := time.Now()
		if err := service.Append("g", "a1", slices.Repeat([]host.LogLine{line}, 600)...); err != nil {
			t.Fatal(err)
		}
		got = update(t, stream)
		if len(got.SessionResults) != 500 || !got.SessionMetadata.Sampled || time.Since(before) != time.Second {
			t.Errorf("%d events, sampled %v, after %v", len(got.SessionResults), got.SessionMetadata.Sampled, time.Since(before))
		}
		if got = update(t, stream); len(got.SessionResults) != 0 || got.SessionMetadata.Sampled {
			t.Errorf("got %+v", got)
		}
		_ = stream.Close()
	})
}

func TestALiveTailEndsAfterThreeHoursAndWithTheService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, service := client(t)
		create(t, c, "g")
		begin := func() *cloudwatchlogs.StartLiveTailEventStream {
			out, err := c.StartLiveTail(t.Context(), &cloudwatchlogs.StartLiveTailInput{LogGroupIdentifiers: []string{"g"}})
			if err != nil {
				t.Fatal(err)
			}
			<-out.GetStream().Events()
			return out.GetStream()
		}
		stream, began := begin(), time.Now()
		for range stream.Events() {
		}
		if _, ok := errors.AsType[*types.SessionTimeoutException](stream.Err()); !ok || time.Since(began) != 3*time.Hour {
			t.Errorf("ended after %v with %v", time.Since(began), stream.Err())
		}
		stream = begin()
		if err := service.Close(); err != nil {
			t.Fatal(err)
		}
		for range stream.Events() {
		}
		if _, err := c.StartLiveTail(t.Context(), &cloudwatchlogs.StartLiveTailInput{LogGroupIdentifiers: []string{"nowhere"}}); oracle.Code(err) != "ResourceNotFoundException" {
			t.Errorf("a tail of nothing: %v", err)
		}
	})
}
