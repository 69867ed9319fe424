package logs

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
)

// API is what following needs of CloudWatch Logs.
type API interface {
	FilterLogEvents(context.Context, *cloudwatchlogs.FilterLogEventsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error)
	StartLiveTail(context.Context, *cloudwatchlogs.StartLiveTailInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.StartLiveTailOutput, error)
}

// query asks for a page of a group.
type query struct {
	group, pattern string
	// from and to are in milliseconds, both inclusive; a zero to is no bound.
	from, to int64
	token    *string
}

// answer is a page.
type answer struct {
	lines []Line
	token *string
	// serverTime is AWS's, zero where it did not say.
	serverTime time.Time
}

// once leaves tries after a failure to the follower, which tells about them and
// counts each in its budget.
func once(o *cloudwatchlogs.Options) { o.Retryer = aws.NopRetryer{} }

// fetch reads a page. A page without a line may have a token: AWS has searched a
// while and found nothing yet.
func fetch(ctx context.Context, api API, q query) (answer, error) {
	in := &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &q.group, StartTime: &q.from, NextToken: q.token}
	if q.to > 0 {
		in.EndTime = &q.to
	}
	if q.pattern != "" {
		in.FilterPattern = &q.pattern
	}
	out, err := api.FilterLogEvents(ctx, in, once)
	if err != nil {
		return answer{}, err
	}
	page := answer{lines: make([]Line, 0, len(out.Events)), token: out.NextToken}
	for _, e := range out.Events {
		page.lines = append(page.lines, Line{
			Stream: aws.ToString(e.LogStreamName), ID: aws.ToString(e.EventId), Message: aws.ToString(e.Message),
			Timestamp: aws.ToInt64(e.Timestamp), Ingestion: aws.ToInt64(e.IngestionTime),
		})
	}
	if at, ok := awsmiddleware.GetServerTime(out.ResultMetadata); ok {
		page.serverTime = at
	}
	return page, nil
}
