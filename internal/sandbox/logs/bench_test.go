package logs_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/logs"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

// largeGroup puts a million events of 200 bytes into 100 streams of a group on the
// disk, through PutLogEvents, and says how fast that was.
func largeGroup(b *testing.B) *logs.Service {
	h := oracle.Host()
	h.Folder = b.TempDir()
	service := logs.New(h)
	b.Cleanup(func() { _ = service.Close() })
	if _, err := service.CreateLogGroup(b.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: g}); err != nil {
		b.Fatal(err)
	}
	const batch = 1000
	message := strings.Repeat("x", 200)
	start := time.Now().Add(-time.Hour)
	for i := range 1000 {
		name := fmt.Sprint("s", i%100)
		if i < 100 {
			if _, err := service.CreateLogStream(b.Context(), &cloudwatchlogs.CreateLogStreamInput{LogGroupName: g, LogStreamName: &name}); err != nil {
				b.Fatal(err)
			}
		}
		in := &cloudwatchlogs.PutLogEventsInput{LogGroupName: g, LogStreamName: &name}
		for j := range batch {
			at := start.Add(time.Duration(i/100*batch+j) * 100 * time.Millisecond)
			in.LogEvents = append(in.LogEvents, types.InputLogEvent{Timestamp: aws.Int64(at.UnixMilli()), Message: &message})
		}
		if _, err := service.PutLogEvents(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(1e6/time.Since(start.Add(time.Hour)).Seconds(), "ingested/s")
	return service
}

// BenchmarkFilterMillion reads through all events for a word that none has: the
// speed of the engine; and then all of them in pages.
func BenchmarkFilterMillion(b *testing.B) {
	service := largeGroup(b)
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "heap-MB")
	for _, pattern := range []string{"absent", ""} {
		b.Run("pattern="+pattern, func(b *testing.B) {
			pages := 0
			for b.Loop() {
				in := &cloudwatchlogs.FilterLogEventsInput{LogGroupName: g, FilterPattern: &pattern}
				for {
					out, err := service.FilterLogEvents(context.Background(), in)
					if err != nil {
						b.Fatal(err)
					}
					pages++
					if in.NextToken = out.NextToken; in.NextToken == nil {
						break
					}
				}
			}
			b.ReportMetric(float64(b.N)*1e6/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(pages)/float64(b.N), "pages")
		})
	}
}

func BenchmarkDescribeTenThousandStreams(b *testing.B) {
	service := logs.New(oracle.Host())
	if _, err := service.CreateLogGroup(b.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: g}); err != nil {
		b.Fatal(err)
	}
	for i := range 10_000 {
		if err := service.Append("g", fmt.Sprintf("s%05d", i), host.LogLine{At: time.Now(), Message: "x"}); err != nil {
			b.Fatal(err)
		}
	}
	for _, order := range []types.OrderBy{types.OrderByLogStreamName, types.OrderByLastEventTime} {
		b.Run(string(order), func(b *testing.B) {
			for b.Loop() {
				in := &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: g, OrderBy: order}
				for {
					out, err := service.DescribeLogStreams(context.Background(), in)
					if err != nil {
						b.Fatal(err)
					}
					if in.NextToken = out.NextToken; in.NextToken == nil {
						break
					}
				}
			}
		})
	}
}
