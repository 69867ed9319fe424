package job_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/job"
	"github.com/keyvex/keyvex/internal/logs/window"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	sandbox "github.com/keyvex/keyvex/internal/sandbox/logs"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

var env = platform.Environment{Name: "test"}

// logbook is a sandbox's logs with all groups of the environment.
type logbook struct {
	*testing.T
	service *sandbox.Service
	reader  *window.Reader
	begin   time.Time
}

func newLogbook(t *testing.T) *logbook {
	service := sandbox.New(oracle.Host())
	t.Cleanup(func() { _ = service.Close() })
	client := cloudwatchlogs.NewFromConfig(oracle.Config(service.Wire()))
	for _, g := range logs.Groups(env) {
		if _, err := client.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &g.Name}); err != nil {
			t.Fatal(err)
		}
	}
	return &logbook{T: t, service: service, reader: &window.Reader{API: client}, begin: time.Now()}
}

// write appends a line, some milliseconds after the begin; AT in it becomes that time.
func (l *logbook) write(group string, ms int, message string) {
	at := l.begin.Add(time.Duration(ms) * time.Millisecond)
	message = strings.NewReplacer("ATMS", fmt.Sprint(at.UnixMilli()), "AT", at.Format(time.RFC3339Nano)).Replace(message)
	if err := l.service.Append(group, "s", host.LogLine{At: at, Message: message}); err != nil {
		l.Fatal(err)
	}
}

func request(n int) string { return fmt.Sprintf("6557b551-2d8c-009e-aaaa-%012d", n) }

func (l *logbook) says(ms int, n int, id, level, message, more string) {
	l.write(env.FunctionLogGroup(platform.AIProcessor), ms,
		fmt.Sprintf(`{"time":"AT","level":%q,"msg":%q,"messageId":"m","jobId":%q,"requestId":%q%s}`, level, message, id, request(n), more))
}

func (l *logbook) measures(ms int, values string) {
	l.write(env.FunctionLogGroup(platform.AIProcessor), ms, `{"Environment":"test",`+values+`,"_aws":{"Timestamp":ATMS,"CloudWatchMetrics":[]}}`)
}

func (l *logbook) lambda(ms, n int, words, more string) {
	l.write(env.FunctionLogGroup(platform.AIProcessor), ms, fmt.Sprintf("%s RequestId: %s%s", words, request(n), more))
}

// accepts is the line of the access log for a request.
func (l *logbook) accepts(ms int, path string) {
	l.write(env.RESTLogGroup(), ms, fmt.Sprintf(`{"httpMethod":"POST","resourcePath":%q,"status":"202","requestId":"r-%d","requestTime":"x","extendedRequestId":"y"}`, path, ms))
}

// job runs a job that fails first and is answered then, with another job around it.
func (l *logbook) job() {
	l.accepts(1010, "/v1/jobs")
	l.accepts(1020, "/v1/events")
	l.lambda(1500, 1, "START", " Version: $LATEST")
	l.says(1500, 1, "job-1", "INFO", "message received", `,"receiveCount":1`)
	l.measures(1500, `"JobWait":500.0`)
	l.says(1501, 1, "job-1", "INFO", "message read", "")
	l.says(1502, 1, "job-1", "INFO", "asking the provider", `,"model":"gpt"`)
	l.says(1700, 1, "job-1", "ERROR", "message handed back", `,"error":"openai: busy, status 429"`)
	l.lambda(1701, 1, "REPORT", "\tDuration: 200 ms\t")
	l.lambda(1800, 2, "START", " Version: $LATEST")
	l.says(1800, 2, "job-2", "INFO", "message received", `,"receiveCount":1`)
	l.measures(1800, `"JobWait":5.0`)
	l.lambda(1900, 2, "REPORT", "\tDuration: 100 ms\t")
	l.lambda(4000, 3, "START", " Version: $LATEST")
	l.says(4000, 3, "job-1", "INFO", "message received", `,"receiveCount":2`)
	l.says(4001, 3, "job-1", "INFO", "asking the provider", `,"model":"gpt"`)
	l.measures(4300, `"ProviderFirstToken":299.0,"Model":"gpt"`)
	l.measures(4900, `"ProviderTotal":899.0,"Model":"gpt"`)
	l.measures(5000, `"JobStore":60.0,"JobPush":40.0,"JobEndToEnd":4000.0`)
	l.says(5001, 3, "job-1", "INFO", "message done", "")
	l.lambda(5002, 3, "REPORT", "\tDuration: 1002 ms\t")
}

func (l *logbook) follow(id string) *job.Way {
	groups, err := logs.FindGroups(env, nil)
	if err != nil {
		l.Fatal(err)
	}
	way, err := job.Follow(l.Context(), l.reader, window.Span{Groups: groups, From: l.begin, To: l.begin.Add(time.Minute)}, id)
	if err != nil {
		l.Fatal(err)
	}
	if err := way.REST(l.Context(), l.reader, env); err != nil {
		l.Fatal(err)
	}
	return way
}

func (l *logbook) stations(way *job.Way) []string {
	var out []string
	for _, s := range way.Stations {
		out = append(out, fmt.Sprintf("%d %s %s", s.At.Sub(l.begin).Milliseconds(), s.Name, s.Since))
	}
	return out
}

func TestAJobsWayHasItsStationsAndNoOtherJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLogbook(t)
		l.job()
		way := l.follow("job-1")
		want := []string{
			"1000 queued 0s", "1010 accepted 10ms", "1500 received 490ms", "1502 asked 2ms", "1700 handed back 198ms",
			"4000 received 2.3s", "4001 asked 1ms", "4300 first words 299ms", "4900 answered 600ms", "4960 stored 60ms", "5000 pushed 40ms", "5001 done 1ms",
		}
		if got := l.stations(way); !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		if way.Took() != 4001*time.Millisecond || len(way.Tries) != 2 || way.Tries[0].RequestID != request(1) || way.Tries[1].RequestID != request(3) {
			t.Errorf("took %s in %+v", way.Took(), way.Tries)
		}
		if s := way.Stations[4]; !s.Failed || s.Detail != "openai: busy, status 429" || s.Receive != 1 {
			t.Errorf("%+v", s)
		}
		if got := l.stations(l.follow("job-2")); !slices.Equal(got, []string{"1795 queued 0s", "1800 received 5ms"}) {
			t.Errorf("job-2 has %q", got)
		}
	})
}

func TestARequestIsNotGuessedAmongSeveral(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLogbook(t)
		l.job()
		l.accepts(1300, "/v1/jobs")
		if way := l.follow("job-1"); slices.ContainsFunc(way.Stations, func(s job.Station) bool { return s.Name == job.Accepted }) {
			t.Errorf("%q", l.stations(way))
		}
	})
}

func TestATimeoutIsAStation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLogbook(t)
		l.lambda(0, 1, "START", " Version: $LATEST")
		l.says(1, 1, "job-1", "INFO", "message received", `,"receiveCount":1`)
		l.write(env.FunctionLogGroup(platform.AIProcessor), 9000, "2026-11-22T23:47:06.000Z "+request(1)+" Task timed out after 9.00 seconds")
		l.lambda(9000, 1, "REPORT", "\tDuration: 9000 ms\tStatus: timeout")
		way := l.follow("job-1")
		if last := way.Stations[len(way.Stations)-1]; last.Name != "timeout" || !last.Failed || last.Detail != "Task timed out after 9.00 seconds" {
			t.Errorf("%+v", last)
		}
	})
}

func TestAnUnknownJobHasNoStations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLogbook(t)
		l.job()
		if way := l.follow("job-3"); len(way.Stations) != 0 || way.Took() != 0 {
			t.Errorf("%+v", way)
		}
	})
}
