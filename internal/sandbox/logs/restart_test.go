package logs_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/sandbox/logs"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

func TestRecordsSurviveARestart(t *testing.T) {
	h, path := oracle.Host(), filepath.Join(t.TempDir(), "journal")
	h.Folder = filepath.Dir(path)
	open := func() *cloudwatchlogs.Client {
		store, err := state.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		h.State = store
		return cloudwatchlogs.NewFromConfig(oracle.Config(logs.New(h).Wire()))
	}
	look := func(c *cloudwatchlogs.Client) any {
		streams, err := c.DescribeLogStreams(t.Context(), &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: aws.String("g")})
		if err != nil {
			t.Fatal(err)
		}
		filters, err := c.DescribeMetricFilters(t.Context(), &cloudwatchlogs.DescribeMetricFiltersInput{LogGroupName: aws.String("g")})
		if err != nil {
			t.Fatal(err)
		}
		found, _ := search(t, c, cloudwatchlogs.FilterLogEventsInput{})
		return []any{streams.LogStreams, filters.MetricFilters, found}
	}
	c := open()
	create(t, c, "g")
	if _, err := c.CreateLogStream(t.Context(), &cloudwatchlogs.CreateLogStreamInput{LogGroupName: aws.String("g"), LogStreamName: aws.String("s")}); err != nil {
		t.Fatal(err)
	}
	_, err := c.PutMetricFilter(t.Context(), &cloudwatchlogs.PutMetricFilterInput{
		LogGroupName: aws.String("g"), FilterName: aws.String("f"), FilterPattern: aws.String(""),
		MetricTransformations: []types.MetricTransformation{{
			MetricName: aws.String("m"), MetricNamespace: aws.String("n"), MetricValue: aws.String("1"), DefaultValue: aws.Float64(0.5),
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	put(t, c, "s", event(time.Now(), "one"), event(time.Now(), "two"))
	before := look(c)
	if err := h.State.Close(); err != nil {
		t.Fatal(err)
	}
	if after := look(open()); !reflect.DeepEqual(after, before) {
		t.Errorf("after a restart: %+v, before it: %+v", after, before)
	}
	c = open()
	if _, err := c.DeleteLogGroup(t.Context(), &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: aws.String("g")}); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(filepath.Join(h.Folder, "logs")); len(left) != 0 {
		t.Errorf("the deleted group left %v", left)
	}
}
