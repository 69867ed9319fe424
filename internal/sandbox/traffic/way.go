package traffic

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
)

// Logs is what Way needs of CloudWatch Logs.
type Logs interface {
	FilterLogEvents(context.Context, *cloudwatchlogs.FilterLogEventsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error)
}

// Station is one part of a job's way and how long it took.
type Station struct {
	Name string
	Took time.Duration
}

// stations are the parts of a job's way in its metrics, in their order.
var stations = []struct {
	metric platform.Metric
	name   string
}{
	{platform.JobWait, "waited"}, {platform.ProviderFirstToken, "first words"}, {platform.ProviderTotal, "provider"},
	{platform.JobStore, "stored"}, {platform.JobPush, "pushed"},
}

// Way reads a job's way off the AI processor's log: the metrics that it wrote with
// the job's id.
func Way(ctx context.Context, logs Logs, env platform.Environment, jobID string) ([]Station, error) {
	took := map[platform.Metric]time.Duration{}
	in := &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: aws.String(env.FunctionLogGroup(platform.AIProcessor)), FilterPattern: aws.String(fmt.Sprintf("%q", jobID)),
	}
	for {
		out, err := logs.FilterLogEvents(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, event := range out.Events {
			collect(aws.ToString(event.Message), took)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return inOrder(took), nil
		}
	}
}

// AwaitWay is Way, once the log has all of it: lines come a moment after the answer.
func AwaitWay(ctx context.Context, c clock.Clock, logs Logs, env platform.Environment, jobID string) ([]Station, error) {
	const tries, pause = 10, 200 * time.Millisecond
	for range tries {
		way, err := Way(ctx, logs, env, jobID)
		if err != nil || len(way) == len(stations) {
			return way, err
		}
		if err := clock.Sleep(ctx, c, pause); err != nil {
			return way, err
		}
	}
	return Way(ctx, logs, env, jobID)
}

// collect takes the milliseconds out of a line in embedded metric format.
func collect(line string, took map[platform.Metric]time.Duration) {
	var members map[string]any
	if !strings.Contains(line, `"_aws"`) || json.Unmarshal([]byte(line), &members) != nil {
		return
	}
	for _, station := range stations {
		if milliseconds, ok := members[string(station.metric)].(float64); ok {
			took[station.metric] = time.Duration(milliseconds * float64(time.Millisecond))
		}
	}
}

func inOrder(took map[platform.Metric]time.Duration) []Station {
	var way []Station
	for _, station := range stations {
		if d, ok := took[station.metric]; ok {
			way = append(way, Station{station.name, d})
		}
	}
	return way
}
