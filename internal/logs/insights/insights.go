// Package insights asks CloudWatch Logs Insights: what a query will scan and cost,
// and what it finds. It has saved queries for this platform.
package insights

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/problem"
)

// API is what queries need of CloudWatch Logs.
type API interface {
	DescribeLogGroups(context.Context, *cloudwatchlogs.DescribeLogGroupsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DescribeLogGroupsOutput, error)
	StartQuery(context.Context, *cloudwatchlogs.StartQueryInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.StartQueryOutput, error)
	GetQueryResults(context.Context, *cloudwatchlogs.GetQueryResultsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.GetQueryResultsOutput, error)
	StopQuery(context.Context, *cloudwatchlogs.StopQueryInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.StopQueryOutput, error)
}

// Client asks.
type Client struct {
	API   API
	Clock clock.Clock
}

// Query is what to ask.
type Query struct {
	Groups []logs.Group
	// Text is in the query language of Logs Insights. A limit in it counts if it is
	// smaller than Limit, which is from 1 to 10,000.
	Text     string
	From, To time.Time
	Limit    int
}

// dollarsPerGB is what AWS takes for a GB scanned in most regions, a GB being 2^30
// bytes. https://aws.amazon.com/cloudwatch/pricing/
const dollarsPerGB = 0.005

// Cost is the price of a scan in US dollars.
func Cost(bytes int64) float64 { return float64(bytes) / (1 << 30) * dollarsPerGB }

// Cell is one value of a row.
type Cell struct{ Name, Value string }

// Result is what a query found.
type Result struct {
	Rows [][]Cell
	// Scanned is in bytes; Records were looked at, Matched were of the query.
	Scanned, Records, Matched int64
	// Took is from the start to the end.
	Took time.Duration
}

// The time between two looks at a query: short ones are seen to end soon, and long
// ones asked about less often.
const (
	firstLook = 100 * time.Millisecond
	lastLook  = 2 * time.Second
)

// Run runs a query and waits for its end. If the context ends first the query is
// stopped, since it costs as long as it scans.
func (c Client) Run(ctx context.Context, q Query) (*Result, error) {
	began := c.Clock.Now()
	started, err := c.API.StartQuery(ctx, q.input())
	if err != nil {
		return nil, explain(err)
	}
	for pause := firstLook; ; pause = min(2*pause, lastLook) {
		if err := clock.Sleep(ctx, c.Clock, pause); err != nil {
			_, _ = c.API.StopQuery(context.WithoutCancel(ctx), &cloudwatchlogs.StopQueryInput{QueryId: started.QueryId})
			return nil, err
		}
		out, err := c.API.GetQueryResults(context.WithoutCancel(ctx), &cloudwatchlogs.GetQueryResultsInput{QueryId: started.QueryId})
		if err != nil {
			return nil, err
		}
		switch out.Status {
		case types.QueryStatusComplete:
			result := resultOf(out)
			result.Took = c.Clock.Now().Sub(began)
			return result, nil
		case types.QueryStatusScheduled, types.QueryStatusRunning, types.QueryStatusUnknown:
		default:
			return nil, problem.New(problem.Failed, "the query ended as %s", out.Status).WithHint("try again with a shorter --since")
		}
	}
}

// input has times in seconds: the end is part of the window, and so rounded up.
func (q Query) input() *cloudwatchlogs.StartQueryInput {
	in := &cloudwatchlogs.StartQueryInput{
		QueryString: &q.Text, StartTime: new(q.From.Unix()), EndTime: new(q.To.Add(time.Second - 1).Unix()), Limit: new(int32(q.Limit)),
	}
	for _, g := range q.Groups {
		in.LogGroupNames = append(in.LogGroupNames, g.Name)
	}
	return in
}

func resultOf(out *cloudwatchlogs.GetQueryResultsOutput) *Result {
	result := &Result{}
	if s := out.Statistics; s != nil {
		result.Scanned, result.Records, result.Matched = int64(s.BytesScanned), int64(s.RecordsScanned), int64(s.RecordsMatched)
	}
	for _, fields := range out.Results {
		var row []Cell
		for _, f := range fields {
			if name := aws.ToString(f.Field); name != "@ptr" {
				row = append(row, Cell{name, aws.ToString(f.Value)})
			}
		}
		result.Rows = append(result.Rows, row)
	}
	return result
}
