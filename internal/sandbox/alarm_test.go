package sandbox

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox/sns"
)

func TestADeadLetterIsMailedWithinTheAlarmsPeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEstate(t, Options{}, platform.Development)
		e.parameters = map[string]string{"AlarmEmail": "oncall@example.com"}
		e.bootstrap()
		e.deploy()
		url, ok := e.SQS.QueueURL("arn:aws:sqs:us-east-1:" + DefaultAccount + ":" + e.env.DeadLetterQueueName(platform.Analytics))
		if !ok {
			t.Fatal("there is no dead-letter queue")
		}
		if _, err := e.SQS.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &url, MessageBody: new("poison")}); err != nil {
			t.Fatal(err)
		}
		// The minute in which it came, and the one that the alarm looks at.
		if err := clock.Sleep(t.Context(), clock.Wall{}, 2*time.Minute); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		var alarms []sns.Mail
		for _, m := range e.SNS.Mails() { // each new alarm has said OK first
			if strings.HasPrefix(m.Subject, "ALARM") {
				alarms = append(alarms, m)
			}
		}
		if len(alarms) != 1 || alarms[0].To != "oncall@example.com" || !strings.HasPrefix(alarms[0].Subject, `ALARM: "keyvex-analytics-dlq-not-empty-staging"`) {
			t.Errorf("mailed: %+v", alarms)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
}
