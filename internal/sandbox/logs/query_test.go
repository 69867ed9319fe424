package logs_test

import (
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

func TestAQueryReadsGroupsTogetherFromTheLatestEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, service := client(t)
		create(t, c, "a", "b")
		now := time.Now()
		for i, group := range []string{"a", "b", "a", "b"} {
			if err := service.Append(group, "s", host.LogLine{At: now.Add(time.Duration(i) * time.Second), Message: group}); err != nil {
				t.Fatal(err)
			}
		}
		started, err := c.StartQuery(t.Context(), &cloudwatchlogs.StartQueryInput{
			LogGroupNames: []string{"a", "b"}, QueryString: aws.String("fields @message"), StartTime: aws.Int64(now.Unix()), EndTime: aws.Int64(now.Unix() + 2),
		})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		out, err := c.GetQueryResults(t.Context(), &cloudwatchlogs.GetQueryResultsInput{QueryId: started.QueryId})
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, row := range out.Results {
			found = append(found, *row[0].Value)
		}
		if out.Status != types.QueryStatusComplete || !slices.Equal(found, []string{"a", "b", "a"}) || out.Statistics.RecordsMatched != 3 {
			t.Errorf("%s: %v, %+v", out.Status, found, out.Statistics)
		}
		listed, err := c.DescribeQueries(t.Context(), &cloudwatchlogs.DescribeQueriesInput{LogGroupName: aws.String("b")})
		if err != nil || len(listed.Queries) != 1 || *listed.Queries[0].QueryId != *started.QueryId {
			t.Errorf("%+v, %v", listed, err)
		}
		if _, err := c.StopQuery(t.Context(), &cloudwatchlogs.StopQueryInput{QueryId: started.QueryId}); oracle.Code(err) != "InvalidParameterException" {
			t.Errorf("stopping what has ended: %v", err)
		}
		_, err = c.StartQuery(t.Context(), &cloudwatchlogs.StartQueryInput{LogGroupName: aws.String("a"), QueryString: aws.String("frobnicate"), StartTime: aws.Int64(0), EndTime: aws.Int64(1)})
		if oracle.Code(err) != "MalformedQueryException" {
			t.Errorf("a query that is none: %v", err)
		}
	})
}
