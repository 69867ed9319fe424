package acceptance

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox/daemon"
)

// advance moves the platform's clock ahead.
func (h *home) advance(by time.Duration) {
	h.t.Helper()
	if err := daemon.Advance(h.t.Context(), filepath.Join(h.dir, "keyvex", "state"), by); err != nil {
		h.t.Fatal(err)
	}
}

func TestAPoisonedJobIsRetriedDiesRaisesTheAlarmAndIsAnsweredWhenRedriven(t *testing.T) {
	t.Parallel()
	a := newApplication(t)
	queues, table := sqs.NewFromConfig(a.config()), a.table()
	mailbox := a.subscribed(queues)
	body := `{"version":1,"jobId":"job-p","userId":"u-p","kind":"chat","input":{"prompt":"hello [[once status 400]]"}}`
	if _, err := queues.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String(a.vars["SQS_AI_PROCESSING_QUEUE_URL"]), MessageBody: &body}); err != nil {
		t.Fatal(err)
	}
	dead := local.DeadLetterQueueName(platform.AIProcessing)
	soon(t, "the dead letter", func() bool {
		visible, _ := left(t, queues, a.vars["AWS_ENDPOINT_URL"], dead)
		return visible == 1
	})
	session, err := table.Session(t.Context(), "job-p")
	if err != nil || session.LastError != "the provider cannot answer this request" || session.Messages != 0 {
		t.Errorf("the session says %+v, %v", session, err)
	}
	soon(t, "five receives in the log", func() bool { return a.receives("job-p") == 5 })

	a.alarmed("keyvex-ai-processing-dlq-not-empty-local", cwtypes.StateValueAlarm)
	soon(t, "the notification", func() bool { return a.notified(queues, mailbox, "ALARM") })

	_, err = queues.StartMessageMoveTask(t.Context(), &sqs.StartMessageMoveTaskInput{SourceArn: aws.String("arn:aws:sqs:us-east-1:000000000000:" + dead)})
	if err != nil {
		t.Fatal(err)
	}
	soon(t, "the answer", func() bool {
		session, err := table.Session(t.Context(), "job-p")
		return err == nil && session.LastError == "" && session.Messages == 2
	})
	if visible, inFlight := left(t, queues, a.vars["AWS_ENDPOINT_URL"], dead); visible+inFlight != 0 {
		t.Errorf("%d messages are dead, %d in flight", visible, inFlight)
	}
	a.alarmed("keyvex-ai-processing-dlq-not-empty-local", cwtypes.StateValueOk)
	soon(t, "the all-clear", func() bool { return a.notified(queues, mailbox, "OK") })
}

// subscribed is a queue that gets what the alerts' topic tells.
func (a *application) subscribed(queues *sqs.Client) (url *string) {
	a.t.Helper()
	made, err := queues.CreateQueue(a.t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("alerts")})
	if err != nil {
		a.t.Fatal(err)
	}
	_, err = sns.NewFromConfig(a.config()).Subscribe(a.t.Context(), &sns.SubscribeInput{
		TopicArn: aws.String("arn:aws:sns:us-east-1:000000000000:keyvex-alerts-local"), Protocol: aws.String("sqs"),
		Endpoint: aws.String("arn:aws:sqs:us-east-1:000000000000:alerts"),
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return made.QueueUrl
}

// notified takes notifications out of the queue until one tells that state.
func (a *application) notified(queues *sqs.Client, url *string, state string) bool {
	got, err := queues.ReceiveMessage(a.t.Context(), &sqs.ReceiveMessageInput{QueueUrl: url, MaxNumberOfMessages: 1, VisibilityTimeout: 3600})
	if err != nil || len(got.Messages) == 0 {
		return false
	}
	var envelope struct{ Message string }
	var alarm struct{ AlarmName, NewStateValue string }
	if json.Unmarshal([]byte(*got.Messages[0].Body), &envelope) != nil || json.Unmarshal([]byte(envelope.Message), &alarm) != nil {
		a.t.Errorf("no notification: %s", *got.Messages[0].Body)
	}
	return alarm.NewStateValue == state && strings.Contains(alarm.AlarmName, "dlq-not-empty")
}

// alarmed moves the clock on by the alarm's period, a minute, and one more for the
// minute that is not over, and waits for its state.
func (a *application) alarmed(name string, want cwtypes.StateValue) {
	a.t.Helper()
	client := cloudwatch.NewFromConfig(a.config())
	for range 2 {
		a.advance(time.Minute)
	}
	soon(a.t, name+" is "+string(want), func() bool {
		found, err := client.DescribeAlarms(a.t.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}})
		return err == nil && len(found.MetricAlarms) == 1 && found.MetricAlarms[0].StateValue == want
	})
}

// receives counts the first lines that a job's records left in the log.
func (a *application) receives(jobID string) int {
	pattern := `{ $.msg = "message received" && $.jobId = "` + jobID + `" }`
	found, err := cloudwatchlogs.NewFromConfig(a.config()).FilterLogEvents(a.t.Context(), &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: aws.String(local.FunctionLogGroup(platform.AIProcessor)), FilterPattern: &pattern,
	})
	if err != nil {
		return 0
	}
	return len(found.Events)
}
