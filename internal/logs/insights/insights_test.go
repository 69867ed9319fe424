package insights_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/insights"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	sandbox "github.com/keyvex/keyvex/internal/sandbox/logs"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

// asked is a client of a sandbox with lines of one function.
func asked(t *testing.T, lines ...string) (insights.Client, insights.Query) {
	service := sandbox.New(oracle.Host())
	t.Cleanup(func() { _ = service.Close() })
	api := cloudwatchlogs.NewFromConfig(oracle.Config(service.Wire()))
	name := "/aws/lambda/keyvex-ai-processor-test"
	if _, err := api.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &name}); err != nil {
		t.Fatal(err)
	}
	for i, message := range lines {
		if err := service.Append(name, "s", host.LogLine{At: time.Now().Add(time.Duration(i) * time.Second), Message: message}); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(time.Hour)
	return insights.Client{API: api, Clock: clock.Wall{}}, insights.Query{
		Groups: []logs.Group{{Name: name, Short: "ai-processor"}}, From: time.Now().Add(-time.Hour), To: time.Now(), Limit: 100,
	}
}

const reportLine = "REPORT RequestId: 6b1c4a6c\tDuration: %d ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 31 MB\t"

// saved runs a saved query and gives its rows as text.
func saved(t *testing.T, name string, lines ...string) []string {
	t.Helper()
	client, query := asked(t, lines...)
	q, ok := insights.Find(name)
	if !ok {
		t.Fatalf("no query %s", name)
	}
	query.Text = q.Text
	result, err := client.Run(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, row := range insights.Fold(result.Rows, q.Folded) {
		var cells []string
		for _, cell := range row {
			if !strings.HasPrefix(cell.Name, "@") && cell.Name != "first" && cell.Name != "last" {
				cells = append(cells, cell.Name+"="+cell.Value)
			}
		}
		out = append(out, strings.Join(cells, " "))
	}
	return out
}

func TestSavedQueriesTellWhatTheySay(t *testing.T) {
	failure := `{"level":"ERROR","msg":"message handed back","error":"openai: busy, status 429, request req_%016x"}`
	for name, test := range map[string]struct{ lines, want []string }{
		"slowest": {
			[]string{fmt.Sprintf(reportLine, 12), fmt.Sprintf(reportLine, 700), "words"},
			[]string{"ms=700 usedMB=31", "ms=12 usedMB=31"},
		},
		"durations": {[]string{fmt.Sprintf(reportLine, 10), fmt.Sprintf(reportLine, 30)}, []string{"invocations=2 p50ms=10 p95ms=30 maxMs=30"}},
		"errors": {
			[]string{fmt.Sprintf(failure, 1), fmt.Sprintf(failure, 2), `{"level":"ERROR","msg":"panic"}`, `{"level":"INFO","msg":"x"}`},
			[]string{"msg=message handed back error=openai: busy, status 429, request req_<id> count=2", "msg=panic count=1"},
		},
		"provider-latency": {
			[]string{`{"Provider":"openai","Model":"gpt","ProviderTotal":10,"_aws":{}}`, `{"Provider":"openai","Model":"gpt","ProviderTotal":30,"_aws":{}}`},
			[]string{"Provider=openai Model=gpt calls=2 p50ms=10 p95ms=30 maxMs=30"},
		},
		"retries":  {[]string{`{"msg":"message received","receiveCount":1}`, `{"msg":"message received","receiveCount":3}`}, []string{"receiveCount=3 messages=1"}},
		"requests": {[]string{`{"httpMethod":"POST","resourcePath":"/v1/jobs","status":"202"}`}, []string{"httpMethod=POST resourcePath=/v1/jobs status=202 requests=1"}},
		"jobs":     {[]string{`{"JobEndToEnd":10,"_aws":{}}`, `{"JobEndToEnd":30,"_aws":{}}`}, []string{"time=2000-01-01 00:00:00.000 jobs=2 p50ms=10 p95ms=30"}},
		"timeouts": {[]string{"2026 id Task timed out after 3.00 seconds", "fine"}, []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if got := saved(t, name, test.lines...); !slices.Equal(got, test.want) {
					t.Errorf("got  %q\nwant %q", got, test.want)
				}
			})
		})
	}
}

func TestEverySavedQueryIsUnderstood(t *testing.T) {
	for _, q := range insights.Queries() {
		synctest.Test(t, func(t *testing.T) {
			client, query := asked(t, "x")
			query.Text = q.Text
			if _, err := client.Run(t.Context(), query); err != nil {
				t.Errorf("%s: %v", q.Name, err)
			}
		})
	}
}

func TestWhatWasScannedIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, query := asked(t, "12345", "1234567890")
		query.Text = "fields @message"
		result, err := client.Run(t.Context(), query)
		if err != nil || result.Scanned != 15 || result.Records != 2 || result.Matched != 2 || len(result.Rows) != 2 || result.Rows[0][0] != (insights.Cell{Name: "@message", Value: "1234567890"}) {
			t.Errorf("%+v, %v", result, err)
		}
	})
}

func TestAQueryThatIsNoneIsAUsageProblem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, query := asked(t)
		query.Text = "bogus"
		if _, err := client.Run(t.Context(), query); !problem.Is(err, problem.Usage) {
			t.Errorf("%v", err)
		}
	})
}

// groups answers with one group; its queries never end.
type groups struct {
	insights.API
	group   types.LogGroup
	stopped bool
}

func (g *groups) DescribeLogGroups(context.Context, *cloudwatchlogs.DescribeLogGroupsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DescribeLogGroupsOutput, error) {
	return &cloudwatchlogs.DescribeLogGroupsOutput{LogGroups: []types.LogGroup{g.group}}, nil
}

func (g *groups) StartQuery(context.Context, *cloudwatchlogs.StartQueryInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.StartQueryOutput, error) {
	return &cloudwatchlogs.StartQueryOutput{QueryId: aws.String("q")}, nil
}

func (g *groups) GetQueryResults(context.Context, *cloudwatchlogs.GetQueryResultsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.GetQueryResultsOutput, error) {
	return &cloudwatchlogs.GetQueryResultsOutput{Status: types.QueryStatusRunning}, nil
}

func (g *groups) StopQuery(context.Context, *cloudwatchlogs.StopQueryInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.StopQueryOutput, error) {
	g.stopped = true
	return &cloudwatchlogs.StopQueryOutput{}, nil
}

func TestAQueryIsStoppedWhenNobodyWaitsForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &groups{}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := (insights.Client{API: api, Clock: clock.Wall{}}).Run(ctx, insights.Query{}); err == nil || !api.stopped {
			t.Errorf("%v, stopped %v", err, api.stopped)
		}
	})
}

func TestAScanIsEstimatedByItsShareOfWhatIsStored(t *testing.T) {
	day := 24 * time.Hour
	for name, test := range map[string]struct {
		age       time.Duration
		retention int32
		from, to  time.Duration // before now
		want      int64
	}{
		"a tenth of its life":           {10 * day, 0, day, 0, 100},
		"a tenth of its retention":      {365 * day, 10, day, 0, 100},
		"more than its life":            {10 * day, 0, 100 * day, 0, 1000},
		"a window in the past":          {10 * day, 0, 3 * day, 2 * day, 100},
		"a window before its beginning": {day, 0, 3 * day, 2 * day, 0},
		"made this instant":             {0, 0, day, 0, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			now := time.Now()
			g := types.LogGroup{LogGroupName: aws.String("g"), StoredBytes: aws.Int64(1000), CreationTime: aws.Int64(now.Add(-test.age).UnixMilli())}
			if test.retention > 0 {
				g.RetentionInDays = &test.retention
			}
			client := insights.Client{API: &groups{group: g}, Clock: clock.Wall{}}
			e, err := client.Estimate(t.Context(), insights.Query{
				Groups: []logs.Group{{Name: "g"}, {Name: "h", Short: "other"}}, From: now.Add(-test.from), To: now.Add(-test.to),
			})
			if err != nil || e.Bytes != test.want || len(e.Present) != 1 || !slices.Equal(e.Missing, []string{"other"}) {
				t.Errorf("%s: %+v, %v", name, e, err)
			}
		})
	}
}

func TestAGigabyteCostsHalfACent(t *testing.T) {
	if got := insights.Cost(200 << 30); got != 1 {
		t.Errorf("200 GB cost $%g", got)
	}
}

func FuzzFold(f *testing.F) {
	f.Add("error", "status 401 req_0123456789abcdef", "3")
	f.Fuzz(func(t *testing.T, column, value, number string) {
		row := []insights.Cell{{Name: column, Value: value}, {Name: "count", Value: number}}
		if rows := insights.Fold([][]insights.Cell{row, row}, column); column != "count" && len(rows) > 2 || len(rows) == 0 {
			t.Fatalf("%q", rows)
		}
	})
}
