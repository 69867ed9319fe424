package queues_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

func TestASelectedRedriveMovesWhatIsMeantAndNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 30)
		last, err := redriveAll(t.Context(), w.queues(nil, ""), queues.RedriveOptions{Selection: queues.Selection{Where: where(t, "body.kind = tool")}})
		if err != nil || last.Moved != 15 || len(last.Doubtful) != 0 {
			t.Errorf("%+v, %v", last, err)
		}
		for body := range w.drain(w.source) {
			if !strings.Contains(body, "tool") {
				t.Errorf("%s was moved", body)
			}
		}
		if left := w.visible(w.dead); len(left) != 15 {
			t.Errorf("%d of 15 are left and visible", len(left))
		}
		if _, err := os.Stat(last.Journal); err != nil {
			t.Error(err)
		}
	})
}

func TestAttributesAndTraceHeaderGoAlong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		_, err := w.sqs.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &w.dead, MessageBody: aws.String("x"),
			MessageAttributes: map[string]types.MessageAttributeValue{
				"a": {DataType: aws.String("String.kind"), StringValue: aws.String("b")}, "bin": {DataType: aws.String("Binary"), BinaryValue: []byte{0, 255}},
			},
			MessageSystemAttributes: map[string]types.MessageSystemAttributeValue{"AWSTraceHeader": {DataType: aws.String("String"), StringValue: aws.String("Root=1-5759e988-bd862e3fe1be46a994272793")}}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := redriveAll(t.Context(), w.queues(nil, ""), queues.RedriveOptions{}); err != nil {
			t.Fatal(err)
		}
		got, err := w.sqs.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &w.source, MessageAttributeNames: []string{"All"}, MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"}})
		if err != nil || len(got.Messages) != 1 {
			t.Fatal(err)
		}
		m := got.Messages[0]
		if *m.MessageAttributes["a"].DataType != "String.kind" || string(m.MessageAttributes["bin"].BinaryValue) != "\x00\xff" || !strings.HasPrefix(m.Attributes["AWSTraceHeader"], "Root=1-5759") {
			t.Errorf("%+v", m)
		}
	})
}

// consume answers each message of the source queue in the log of its consumer, as the
// functions do.
func (w *world) consume(ctx context.Context, outcome func(body string) string) {
	logs, group := cloudwatchlogs.NewFromConfig(w.config), w.env.FunctionLogGroup(platform.EmailProcessor)
	for ctx.Err() == nil {
		got, err := w.sqs.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &w.source, MaxNumberOfMessages: 10, WaitTimeSeconds: 1})
		if err != nil {
			return
		}
		for _, m := range got.Messages {
			lines := []string{`"msg":"message received"`, `"msg":"message done"`}
			why := outcome(*m.Body)
			if why != "" {
				lines[1] = fmt.Sprintf(`"msg":"message handed back","error":%q`, why)
			}
			var events []logstypes.InputLogEvent
			for _, line := range lines {
				text := fmt.Sprintf(`{"level":"INFO",%s,"messageId":%q,"receiveCount":1,"requestId":"r-%s"}`, line, *m.MessageId, *m.MessageId)
				events = append(events, logstypes.InputLogEvent{Message: &text, Timestamp: aws.Int64(time.Now().UnixMilli())})
			}
			if strings.HasPrefix(why, "Runtime exited") { // it comes to say no more itself
				events[1].Message = aws.String("RequestId: r-" + *m.MessageId + " Error: " + why)
			}
			_, err := logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: &group, LogStreamName: aws.String("s"), LogEvents: events})
			if err != nil && ctx.Err() == nil {
				w.t.Error(err)
			}
			w.sqs.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &w.source, ReceiptHandle: m.ReceiptHandle})
		}
	}
}

func (w *world) logGroup() {
	logs, group := cloudwatchlogs.NewFromConfig(w.config), w.env.FunctionLogGroup(platform.EmailProcessor)
	if _, err := logs.CreateLogGroup(w.ctx(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &group}); err != nil {
		w.t.Fatal(err)
	}
	if _, err := logs.CreateLogStream(w.ctx(), &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &group, LogStreamName: aws.String("s")}); err != nil {
		w.t.Fatal(err)
	}
}

// loggedIDs are the message ids in the consumer's log.
func (w *world) loggedIDs() (ids []string) {
	group := w.env.FunctionLogGroup(platform.EmailProcessor)
	out, err := cloudwatchlogs.NewFromConfig(w.config).FilterLogEvents(w.ctx(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &group})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, event := range out.Events {
		_, id, _ := strings.Cut(*event.Message, `"messageId":"`)
		ids = append(ids, id[:36])
	}
	return ids
}

// consumed runs f while somebody consumes the source queue.
func (w *world) consumed(outcome func(body string) string, f func()) {
	w.logGroup()
	ctx, cancel := context.WithCancel(w.ctx())
	done := make(chan struct{})
	go func() { w.consume(ctx, outcome); close(done) }()
	f()
	cancel()
	<-done
}

func TestACanaryThatFailsKeepsTheOthersWhereTheyAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 30)
		w.consumed(func(string) string { return "openai 401" }, func() {
			last, err := redriveAll(t.Context(), w.queues(nil, ""), queues.RedriveOptions{Canary: 1})
			if !problem.Is(err, problem.Failed) || !strings.Contains(err.Error(), "openai 401") || last.Moved != 1 {
				t.Errorf("%+v, %v", last, err)
			}
		})
		if left := w.visible(w.dead); len(left) != 29 {
			t.Errorf("%d of 29 are left", len(left))
		}
	})
}

func TestAfterACanaryThatIsDoneTheOthersFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 30)
		w.consumed(func(string) string { return "" }, func() {
			last, err := redriveAll(t.Context(), w.queues(nil, ""), queues.RedriveOptions{Canary: 1})
			if err != nil || last.Moved != 30 {
				t.Errorf("%+v, %v", last, err)
			}
		})
	})
}

func TestACanaryThatNobodyTakesStopsTheRedrive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 30)
		last, err := redriveAll(t.Context(), w.queues(nil, ""), queues.RedriveOptions{Canary: 1})
		if !problem.Is(err, problem.Failed) || last.Moved != 1 {
			t.Errorf("%+v, %v", last, err)
		}
	})
}

func TestARedriveWhoseMessagesFailAgainStopsItself(t *testing.T) {
	for _, why := range []string{"table is gone", "Runtime exited with error: signal: killed"} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.fill(w.dead, 400)
			slow := &chaos{SQS: w.sqs, random: newRandom(1), dies: -1}
			w.consumed(func(string) string { return why }, func() {
				last, err := redriveAll(t.Context(), w.queues(slow, ""), queues.RedriveOptions{})
				if !problem.Is(err, problem.Failed) || !strings.Contains(err.Error(), "failed again") || last.Moved > 300 {
					t.Errorf("%s: %+v, %v", why, last, err)
				}
			})
		})
	}
}

// slow takes a second for each batch.
type slow struct{ queues.SQS }

func (s slow) SendMessageBatch(ctx context.Context, in *sqs.SendMessageBatchInput, o ...func(*sqs.Options)) (*sqs.SendMessageBatchOutput, error) {
	time.Sleep(time.Second)
	return s.SQS.SendMessageBatch(ctx, in, o...)
}

func TestARedriveOfWhichTheLogsAreDeniedGoesOnAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 400)
		q := w.queues(slow{w.sqs}, "")
		q.Logs = denied{}
		last, err := redriveAll(t.Context(), q, queues.RedriveOptions{})
		if err != nil || last.Moved != 400 || last.Blind == nil {
			t.Errorf("%+v, %v", last, err)
		}
	})
}

// die has what is in the source queue received until SQS gives up.
func (w *world) die() {
	for range 20_000 {
		got, err := w.sqs.ReceiveMessage(w.ctx(), &sqs.ReceiveMessageInput{QueueUrl: &w.source, MaxNumberOfMessages: 10})
		if err != nil {
			w.t.Fatal(err)
		}
		if len(got.Messages) == 0 {
			return
		}
		for _, m := range got.Messages {
			if _, err := w.sqs.ChangeMessageVisibility(w.ctx(), &sqs.ChangeMessageVisibilityInput{QueueUrl: &w.source, ReceiptHandle: m.ReceiptHandle}); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

func TestSQSMovesEverythingAndIsFollowedOrStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.source, 100)
		w.die()
		q := w.queues(nil, "")
		for task, err := range q.Move(t.Context(), email, 10) { // one leaves
			if err != nil || task.Attached {
				t.Fatalf("%+v, %v", task, err)
			}
			break
		}
		time.Sleep(3 * time.Second)
		var last queues.MoveTask
		for task, err := range q.Move(t.Context(), email, 10) { // and comes back
			if err != nil || !task.Attached {
				t.Fatalf("%+v, %v", task, err)
			}
			if last = task; task.Moved > 50 {
				break
			}
		}
		if last.Rate < 8 || last.Rate > 12 {
			t.Errorf("%v a second", last.Rate)
		}
		if _, err := q.CancelMove(t.Context(), email); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Second)
		if moved := len(w.visible(w.source)); moved < 40 || moved > 90 {
			t.Errorf("%d moved", moved)
		}
	})
}

func TestAMoveBySQSIsStoppedWhereTheConsumerFails(t *testing.T) {
	for name, test := range map[string]struct {
		outcome func(string) string
		stops   bool
	}{
		"all": {func(string) string { return "table is gone" }, true},
		"one in two": {func(body string) string {
			return map[bool]string{true: "table is gone"}[strings.Contains(body, "chat")]
		}, true},
		"a few": {func(body string) string {
			return map[bool]string{true: "odd one"}[strings.HasSuffix(body, `9,"kind":"tool"}`)]
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.fill(w.dead, 400)
				w.consumed(test.outcome, func() {
					var last queues.MoveTask
					var err error
					for last, err = range w.queues(nil, "").Move(t.Context(), email, 20) {
					}
					left := len(w.visible(w.dead))
					if !test.stops {
						if err != nil || last.Status != "COMPLETED" || left != 0 {
							t.Errorf("%+v, %v, %d left", last, err, left)
						}
						return
					}
					if !problem.Is(err, problem.Failed) || !strings.Contains(err.Error(), "table is gone") || left < 200 || last.Running() || int(last.Moved)+left != 400 {
						t.Errorf("%+v, %v, %d left", last, err, left)
					}
				})
			})
		})
	}
}

// denied may not read the logs.
type denied struct{ queues.Logs }

func (denied) FilterLogEvents(context.Context, *cloudwatchlogs.FilterLogEventsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	return nil, problem.New(problem.Credentials, "you may not call logs:FilterLogEvents")
}

func TestAMoveOfWhichTheLogsAreDeniedGoesOnAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 100)
		q := w.queues(nil, "")
		q.Logs = denied{}
		var last queues.MoveTask
		var err error
		for last, err = range q.Move(t.Context(), email, 20) {
		}
		if err != nil || last.Status != "COMPLETED" || last.Blind == nil {
			t.Errorf("%+v, %v", last, err)
		}
	})
}

func TestAMoveThatSomebodyElseBeganIsNotStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 200)
		q := w.queues(nil, "")
		w.consumed(func(string) string { return "table is gone" }, func() {
			for range q.Move(t.Context(), email, 20) { // begun elsewhere
				break
			}
			var last queues.MoveTask
			var err error
			for last, err = range q.Move(t.Context(), email, 20) {
			}
			if err != nil || last.Status != "COMPLETED" {
				t.Errorf("%+v, %v", last, err)
			}
		})
	})
}

func TestTenThousandGoBackAtAThousandASecond(t *testing.T) {
	w := newWorld(t)
	w.fill(w.dead, 10_000)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began, peak := time.Now(), uint64(0)
	for e, err := range w.queues(nil, "").Redrive(t.Context(), email, queues.RedriveOptions{Selection: queues.Selection{Where: where(t, "body.n >= 0")}}) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Moved%1000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&after)
			peak = max(peak, after.HeapAlloc)
		}
	}
	took := time.Since(began)
	if moved := len(w.visible(w.source)); moved != 10_000 {
		t.Errorf("%d moved", moved)
	}
	t.Logf("10,000 in %s, %.0f a second, the heap grew by %d kB (the sandbox in it)", took, 10_000/took.Seconds(), (int64(peak)-int64(before.HeapAlloc))/1024)
	if took > 10*time.Second && os.Getenv("KEYVEX_CHAOS") != "" {
		t.Errorf("took %s", took)
	}
}

func TestMotoSeesTheSame(t *testing.T) {
	config := oracle.Moto(t)
	w := &world{t: t, folder: t.TempDir()}
	w.use(config)
	w.fill(w.dead, 23)
	q, met := w.queues(nil, ""), 0
	for _, err := range q.Peek(t.Context(), email.DeadLetter(), queues.PeekOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		met++
	}
	last, err := redriveAll(t.Context(), q, queues.RedriveOptions{Selection: queues.Selection{Where: where(t, "body.kind = chat")}})
	if err != nil || met != 23 || last.Moved != 12 {
		t.Errorf("%d met, %+v, %v", met, last, err)
	}
	if moved, left := len(w.visible(w.source)), len(w.visible(w.dead)); moved != 12 || left != 11 {
		t.Errorf("%d moved, %d left", moved, left)
	}
}

func TestACanaryAloneGoesBeforeSQSMovesTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 30)
		w.consumed(func(string) string { return "" }, func() {
			last, err := redriveAll(t.Context(), w.queues(nil, ""), queues.RedriveOptions{Canary: 1, CanaryOnly: true})
			if err != nil || last.Moved != 1 {
				t.Errorf("%+v, %v", last, err)
			}
		})
		if left := w.visible(w.dead); len(left) != 29 {
			t.Errorf("%d of 29 are left and visible", len(left))
		}
		w.drain(w.dead)
		w.fill(w.dead, 10)
		if last, err := redriveAll(t.Context(), w.queues(nil, ""), queues.RedriveOptions{Canary: 1, CanaryOnly: true}); err != nil || last.Moved != 0 {
			t.Errorf("%+v, %v", last, err)
		}
		if left := w.visible(w.dead); len(left) != 10 {
			t.Errorf("%d of 10 are left and visible", len(left))
		}
	})
}

func TestSQSMovesWhatWasSentToTheDeadLetterQueueItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 20)
		var last queues.MoveTask
		for task, err := range w.queues(nil, "").Move(t.Context(), email, 0) {
			if last = task; err != nil {
				t.Fatal(err)
			}
		}
		if moved := len(w.visible(w.source)); last.Status != "COMPLETED" || moved != 20 {
			t.Errorf("%+v, %d moved", last, moved)
		}
	})
}

func TestAMoveBySQSGoesOnWhereOthersFailThatWereThereBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 100)
		w.logGroup()
		var last queues.MoveTask
		var err error
		for last, err = range w.queues(nil, "").Move(t.Context(), email, 10) {
			for i := range 20 { // nothing of the move is taken meanwhile
				w.handBack(fmt.Sprintf("before-%d", i), "poisoned long ago")
			}
		}
		if err != nil || last.Status != "COMPLETED" {
			t.Errorf("%+v, %v", last, err)
		}
	})
}

// deaf has deletes fail for a while, and then do.
type deaf struct {
	queues.SQS
	until time.Time
}

func (d deaf) DeleteMessageBatch(ctx context.Context, in *sqs.DeleteMessageBatchInput, o ...func(*sqs.Options)) (*sqs.DeleteMessageBatchOutput, error) {
	if time.Now().After(d.until) {
		return d.SQS.DeleteMessageBatch(ctx, in, o...)
	}
	out := new(sqs.DeleteMessageBatchOutput)
	for _, e := range in.Entries {
		out.Failed = append(out.Failed, types.BatchResultErrorEntry{Id: e.Id, Code: aws.String("InternalError")})
	}
	return out, nil
}

// TestARedriveOfAFewDeletesWhatItHasSent has the original come back behind others.
func TestARedriveOfAFewDeletesWhatItHasSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 60)
		last, err := redriveAll(t.Context(), w.queues(deaf{w.sqs, time.Now().Add(time.Minute)}, ""), queues.RedriveOptions{Selection: queues.Selection{Where: where(t, "body.n = 45"), Max: 1}})
		if left := len(w.visible(w.dead)); err != nil || last.Moved != 1 || left != 59 || len(last.Doubtful) != 0 {
			t.Errorf("%+v, %v, %d left", last, err, left)
		}
	})
}

// pausing has the consumers paused.
type pausing struct{ queues.Consumers }

func (pausing) ListEventSourceMappings(context.Context, *lambda.ListEventSourceMappingsInput, ...func(*lambda.Options)) (*lambda.ListEventSourceMappingsOutput, error) {
	return &lambda.ListEventSourceMappingsOutput{EventSourceMappings: []lambdatypes.EventSourceMappingConfiguration{{State: aws.String("Disabled")}}}, nil
}

func TestNoCanaryGoesToAConsumerThatIsPaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 30)
		began, q := time.Now(), w.queues(nil, "")
		q.Consumers = pausing{}
		last, err := redriveAll(t.Context(), q, queues.RedriveOptions{Canary: 1})
		if !problem.Is(err, problem.Refused) || !strings.Contains(err.Error(), "paused") || last.Moved != 0 || time.Since(began) > time.Minute {
			t.Errorf("%+v, %v, after %s", last, err, time.Since(began))
		}
		if last, err = redriveAll(t.Context(), q, queues.RedriveOptions{}); err != nil || last.Moved != 30 {
			t.Errorf("without a canary: %+v, %v", last, err)
		}
	})
}
