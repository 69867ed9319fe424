package logs_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/logs"
)

// endless answers FilterLogEvents with pages of events that nobody stored, 10 ms
// apart.
type endless struct{ events, page int }

func (e endless) RoundTrip(request *http.Request) (*http.Response, error) {
	var in struct {
		StartTime int64
		NextToken string
	}
	if err := json.NewDecoder(request.Body).Decode(&in); err != nil {
		return nil, err
	}
	from, _ := strconv.Atoi(in.NextToken)
	to := min(from+e.page, e.events)
	var body strings.Builder
	body.WriteString(`{"events":[`)
	for n := from; n < to; n++ {
		if n > from {
			body.WriteByte(',')
		}
		fmt.Fprintf(&body, `{"eventId":"%056d","logStreamName":"s%d","timestamp":%d,"ingestionTime":%d,"message":"{\"level\":\"INFO\",\"n\":%d}"}`,
			n, n%100, in.StartTime+int64(n)*10, in.StartTime+int64(n)*10, n)
	}
	body.WriteByte(']')
	if to < e.events {
		fmt.Fprintf(&body, `,"nextToken":"%d"`, to)
	}
	body.WriteByte('}')
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}}, Body: io.NopCloser(strings.NewReader(body.String())), Request: request,
	}, nil
}

// The whole passes through in the memory of a few pages. KEYVEX_LOG_VOLUME gives the
// full size, 10000000.
func TestMemoryDoesNotGrowWithTheNumberOfLines(t *testing.T) {
	events := 300_000
	if n, err := strconv.Atoi(os.Getenv("KEYVEX_LOG_VOLUME")); err == nil {
		events = n
	}
	synctest.Test(t, func(t *testing.T) {
		api := cloudwatchlogs.NewFromConfig(aws.Config{
			Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
			HTTPClient: &http.Client{Transport: endless{events, 10_000}},
		})
		o := logs.Options{
			Groups: []logs.Group{{Name: "a", Short: "a"}}, From: time.Now().Add(-time.Duration(events) * 10 * time.Millisecond),
			Clock: clock.Wall{}, Random: rand.NewChaCha8([32]byte{}),
		}
		seen, peak := 0, uint64(0)
		var m runtime.MemStats
		for e, err := range logs.Follow(t.Context(), api, o) {
			if err != nil {
				t.Fatal(err)
			}
			before := seen / 100_000
			seen += len(e.Lines)
			if seen/100_000 > before {
				runtime.GC()
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
			}
		}
		if seen != events {
			t.Errorf("%d of %d lines", seen, events)
		}
		if t.Logf("%d lines, peak of the live heap %d kB", seen, peak>>10); peak > 40<<20 {
			t.Errorf("the live heap grew to %d kB", peak>>10)
		}
	})
}
