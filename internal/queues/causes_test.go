package queues_test

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/queues"
)

// deployed is a function with that build that was last changed then.
type deployed struct {
	queues.Consumers
	build, at string
}

func (d deployed) GetFunctionConfiguration(context.Context, *lambda.GetFunctionConfigurationInput, ...func(*lambda.Options)) (*lambda.GetFunctionConfigurationOutput, error) {
	return &lambda.GetFunctionConfigurationOutput{
		LastModified: &d.at, Environment: &lambdatypes.EnvironmentResponse{Variables: map[string]string{platform.FunctionBuild: d.build}},
	}, nil
}

// handBack has the consumer log that it handed a message back.
func (w *world) handBack(id, why string) { w.handBackBy("", id, why) }

// handBackBy is handBack by a build, which the line does not name if it is empty.
func (w *world) handBackBy(build, id, why string) {
	text := fmt.Sprintf(`{"level":"ERROR","msg":"message handed back","error":%q,"messageId":%q,"receiveCount":5,"requestId":"r-%s","build":%q}`, why, id, id, build)
	w.log(text)
}

// log has the consumer log a line.
func (w *world) log(text string) {
	group := w.env.FunctionLogGroup(platform.EmailProcessor)
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
	const old, current = "0aaaaaaa", "1bbbbbbb"
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.logGroup()
		w.fill(w.dead, 5)
		ids := w.ids()
		w.handBackBy(old, ids[0], "openai 401")
		w.handBackBy(old, ids[1], "openai 401")
		w.handBack(ids[2], "openai 401")
		time.Sleep(2 * time.Minute)
		at := time.Now().UTC().Format("2006-01-02T15:04:05.000+0000") // as Lambda's API reference has it
		time.Sleep(2 * time.Minute)
		w.handBackBy(current, ids[3], "openai 401")
		w.log(fmt.Sprintf(`{"msg":"message received","messageId":%q,"receiveCount":5,"requestId":"r-%s"}`, ids[4], ids[4]))
		w.log("2026-11-28T12:00:00Z r-" + ids[4] + " Task timed out after 900.00 seconds")
		q := w.queues(nil, "")
		q.Consumers = deployed{q.Consumers, current + "ffff", at}
		causes, err := q.Causes(t.Context(), email, queues.Selection{})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, c := range causes {
			for _, id := range c.IDs {
				got[id] = c.Build + " " + string(c.Era)
			}
		}
		want := map[string]string{
			ids[0]: old + " before", ids[1]: old + " before", ids[2]: " before", // it did not say
			ids[3]: current + " now", ids[4]: current + " now", // nor did this, but what was deployed is known
		}
		if !maps.Equal(got, want) || len(causes) != 4 || len(causes[0].IDs) != 2 {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

// TestCausesTellThatManyTimedOut has more die than are looked for by their ids one by one.
func TestCausesTellThatManyTimedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.logGroup()
		w.fill(w.dead, 100)
		for i, id := range w.ids() {
			if i%5 == 4 {
				w.handBack(id, "openai 401")
				continue
			}
			for try := range 5 {
				w.log(fmt.Sprintf(`{"msg":"message received","messageId":%q,"receiveCount":%d,"requestId":"r%d-%s","build":"0aaaaaaa"}`, id, try+1, try, id))
				w.log(fmt.Sprintf("2026-11-28T12:00:00Z r%d-%s Task timed out after 900.00 seconds", try, id))
			}
		}
		q := w.queues(nil, "")
		q.Consumers = deployed{q.Consumers, "1bbbbbbb", ""}
		causes, err := q.Causes(t.Context(), email, queues.Selection{})
		if err != nil || len(causes) != 2 || len(causes[0].IDs) != 80 || causes[0].Error != "timed out after 900.00 seconds" || causes[0].Build != "0aaaaaaa" || causes[0].Era != queues.Before {
			t.Errorf("%+v, %v", causes, err)
		}
	})
}
