package queues_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/queues"
)

// deployedAt is a function that was last changed then.
type deployedAt struct {
	queues.Consumers
	at string
}

func (d deployedAt) GetFunctionConfiguration(context.Context, *lambda.GetFunctionConfigurationInput, ...func(*lambda.Options)) (*lambda.GetFunctionConfigurationOutput, error) {
	return &lambda.GetFunctionConfigurationOutput{LastModified: &d.at}, nil
}

// handBack has the consumer log that it handed a message back.
func (w *world) handBack(id, why string) {
	group := w.env.FunctionLogGroup(platform.EmailProcessor)
	text := fmt.Sprintf(`{"level":"ERROR","msg":"message handed back","error":%q,"messageId":%q,"receiveCount":5,"requestId":"r-%s"}`, why, id, id)
	if _, err := cloudwatchlogs.NewFromConfig(w.config).PutLogEvents(w.ctx(), &cloudwatchlogs.PutLogEventsInput{LogGroupName: &group, LogStreamName: aws.String("s"),
		LogEvents: []logstypes.InputLogEvent{{Message: &text, Timestamp: aws.Int64(time.Now().UnixMilli())}}}); err != nil {
		w.t.Fatal(err)
	}
}

// ids are those of the dead letters, in the order of a peek.
func (w *world) ids() (ids []string) {
	for m, err := range w.queues(nil, "").Peek(w.ctx(), email.DeadLetter(), queues.PeekOptions{}) {
		if err != nil {
			w.t.Fatal(err)
		}
		ids = append(ids, m.ID)
	}
	return ids
}

func TestCausesTellWhatDiedBeforeTheLastDeployFromWhatDiedSince(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.logGroup()
		w.fill(w.dead, 3)
		ids := w.ids()
		w.handBack(ids[0], "openai 401")
		w.handBack(ids[1], "openai 401")
		time.Sleep(2 * time.Minute)
		deployed := time.Now().UTC().Format("2006-01-02T15:04:05.000+0000") // as Lambda's API reference has it
		time.Sleep(2 * time.Minute)
		w.handBack(ids[2], "openai 401")
		q := w.queues(nil, "")
		q.Consumers = deployedAt{q.Consumers, deployed}
		causes, err := q.Causes(t.Context(), email, queues.Selection{})
		if err != nil || len(causes) != 2 || causes[0].Build != queues.EarlierBuild || causes[0].Messages != 2 || causes[1].Build != queues.CurrentBuild || causes[1].Example != ids[2] {
			t.Errorf("%+v, %v", causes, err)
		}
	})
}
