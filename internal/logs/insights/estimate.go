package insights

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/problem"
)

// Estimate is what a query would scan.
type Estimate struct {
	// Bytes is rough: it takes what a group has stored as spread evenly over the time
	// since it was made, or over its retention. AWS brings the stored size up to date
	// some hours late.
	Bytes int64
	// Present are the groups that are there, Missing the others' short names.
	Present []logs.Group
	Missing []string
}

// Estimate looks at the log groups of a query and scans nothing.
func (c Client) Estimate(ctx context.Context, q Query) (Estimate, error) {
	var e Estimate
	now := c.Clock.Now()
	for _, g := range q.Groups {
		found, err := c.describe(ctx, g)
		if err != nil {
			return e, err
		}
		if found == nil {
			e.Missing = append(e.Missing, g.Short)
			continue
		}
		e.Present = append(e.Present, g)
		e.Bytes += share(found, q.From, q.To, now)
	}
	return e, nil
}

// describe finds a group by its name; nil if it is not there.
func (c Client) describe(ctx context.Context, g logs.Group) (*types.LogGroup, error) {
	out, err := c.API.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: &g.Name})
	if err != nil {
		return nil, err
	}
	for _, found := range out.LogGroups {
		if aws.ToString(found.LogGroupName) == g.Name {
			return &found, nil
		}
	}
	return nil, nil
}

// share is the part of a group's bytes that lies in a window.
func share(g *types.LogGroup, from, to, now time.Time) int64 {
	oldest := time.UnixMilli(aws.ToInt64(g.CreationTime))
	if days := aws.ToInt32(g.RetentionInDays); days > 0 {
		oldest = latest(oldest, now.AddDate(0, 0, -int(days)))
	}
	age := now.Sub(oldest)
	if to.After(now) {
		to = now
	}
	part := to.Sub(latest(from, oldest))
	if age <= 0 || part <= 0 {
		return 0
	}
	return int64(float64(aws.ToInt64(g.StoredBytes)) * float64(part) / float64(age))
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// explain says what is wrong with a query's text, where AWS does.
func explain(err error) error {
	malformed, ok := errors.AsType[*types.MalformedQueryException](err)
	if !ok {
		return err
	}
	why := aws.ToString(malformed.Message)
	if e := malformed.QueryCompileError; e != nil && aws.ToString(e.Message) != "" {
		why = *e.Message
	}
	return problem.New(problem.Usage, "Logs Insights does not understand the query: %s", why).
		WithHint("keyvex logs query --list shows queries that work").WithCause(err)
}
