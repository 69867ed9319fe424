package cli_test

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/keyvex/keyvex/internal/sandbox/daemon"
)

// putlog GROUP STREAM TIMES FILE: puts the lines of the file into a log group of the
// local platform, so many times.
func putLog(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	info, _, err := daemon.Ensure(ctx, daemon.Options{Folder: ts.Getenv("STATE")})
	ts.Check(err)
	id, secret, err := daemon.Credentials(ts.Getenv("STATE"))
	ts.Check(err)
	client := cloudwatchlogs.NewFromConfig(aws.Config{
		Region: info.Region, BaseEndpoint: &info.Endpoint, Credentials: credentials.NewStaticCredentialsProvider(id, secret, ""),
	})
	times, err := strconv.Atoi(args[2])
	ts.Check(err)
	_, _ = client.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &args[0], LogStreamName: &args[1]})
	text := ts.ReadFile(args[3])
	for range times {
		_, err = client.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{
			LogGroupName: &args[0], LogStreamName: &args[1], LogEvents: eventsOf(text),
		})
		ts.Check(err)
	}
}

func eventsOf(text string) (events []types.InputLogEvent) {
	now := time.Now().UnixMilli()
	for line := range strings.Lines(text) {
		events = append(events, types.InputLogEvent{Timestamp: &now, Message: aws.String(strings.TrimSuffix(line, "\n"))})
	}
	return events
}
