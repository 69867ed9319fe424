package queues_test

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/sandbox"
	"github.com/keyvex/keyvex/internal/tui"
	"github.com/keyvex/keyvex/internal/tui/drive"
	"github.com/keyvex/keyvex/internal/tui/page"
	tuiqueues "github.com/keyvex/keyvex/internal/tui/queues"
	"github.com/keyvex/keyvex/internal/tui/style"
)

// screen is a console with the page of the queues, over a sandbox.
type screen struct {
	*drive.Driver
	t      *testing.T
	config aws.Config
	sqs    *sqs.Client
	logs   *cloudwatchlogs.Client
	env    platform.Environment
	runs   *tuiqueues.Runs
	host   *page.Host
	folder string
	// refuse is what connecting answers, fail what reading does, as long as they are set.
	refuse, fail error
	// slow is how long connecting takes.
	slow   time.Duration
	paused map[platform.Function]bool
	// build is the one that the functions name in their errors.
	build string
	// to and went are where the last jump led.
	to   page.ID
	went page.Target
	// leads is where enter leads on another page.
	leads page.Target
}

// deployed is the build that the functions run.
const deployed = "8d07b42aafc2be4f"

// source fails as long as the screen has it fail.
type source struct {
	*queues.Queues
	s *screen
}

func (f source) List(ctx context.Context) (queues.Listing, error) {
	if f.s.fail != nil {
		return queues.Listing{}, f.s.fail
	}
	return f.Queues.List(ctx)
}

func (f source) Peek(ctx context.Context, name queues.Name, o queues.PeekOptions) iter.Seq2[*queues.Message, error] {
	if f.s.fail != nil {
		return func(yield func(*queues.Message, error) bool) { yield(nil, f.s.fail) }
	}
	return f.Queues.Peek(ctx, name, o)
}

func (s *screen) ListEventSourceMappings(_ context.Context, in *lambda.ListEventSourceMappingsInput, _ ...func(*lambda.Options)) (*lambda.ListEventSourceMappingsOutput, error) {
	state := "Enabled"
	for f, paused := range s.paused {
		if paused && s.env.FunctionName(f) == *in.FunctionName {
			state = "Disabled"
		}
	}
	return &lambda.ListEventSourceMappingsOutput{EventSourceMappings: []lambdatypes.EventSourceMappingConfiguration{{State: &state}}}, nil
}

func (s *screen) GetFunctionConfiguration(context.Context, *lambda.GetFunctionConfigurationInput, ...func(*lambda.Options)) (*lambda.GetFunctionConfigurationOutput, error) {
	return &lambda.GetFunctionConfigurationOutput{Environment: &lambdatypes.EnvironmentResponse{Variables: map[string]string{platform.FunctionBuild: deployed}}}, nil
}

func (s *screen) Pause(_ context.Context, f platform.Function) error { s.paused[f] = true; return nil }
func (s *screen) Resume(_ context.Context, f platform.Function) error {
	s.paused[f] = false
	return nil
}

// must ends the test at an error of its own preparation.
func must[T any](s *screen) func(T, error) T {
	return func(value T, err error) T {
		s.t.Helper()
		if err != nil {
			s.t.Fatal(err)
		}
		return value
	}
}

// furnish makes the queues and the log groups, with the same ids each time.
func (s *screen) furnish() {
	box, err := sandbox.New(sandbox.Options{Random: rand.NewChaCha8([32]byte{1})})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { box.Close() })
	s.config = box.SDKConfig()
	s.sqs, s.logs = sqs.NewFromConfig(s.config), cloudwatchlogs.NewFromConfig(s.config)
	ctx := context.Background()
	for _, queue := range platform.Queues {
		dead := must[*sqs.CreateQueueOutput](s)(s.sqs.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String(s.env.DeadLetterQueueName(queue)), Attributes: map[string]string{"MessageRetentionPeriod": "1209600"}}))
		out := must[*sqs.GetQueueAttributesOutput](s)(s.sqs.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: dead.QueueUrl, AttributeNames: []sqstypes.QueueAttributeName{"QueueArn"}}))
		must[*sqs.CreateQueueOutput](s)(s.sqs.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String(s.env.QueueName(queue)), Attributes: map[string]string{
			"RedrivePolicy": fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":5}`, out.Attributes["QueueArn"]),
		}}))
		group := s.env.FunctionLogGroup(queue.Spec().Consumer)
		must[*cloudwatchlogs.CreateLogGroupOutput](s)(s.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &group}))
		must[*cloudwatchlogs.CreateLogStreamOutput](s)(s.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &group, LogStreamName: aws.String("s")}))
	}
}

func (s *screen) url(name string) *string {
	return must[*sqs.GetQueueUrlOutput](s)(s.sqs.GetQueueUrl(context.Background(), &sqs.GetQueueUrlInput{QueueName: &name})).QueueUrl
}

// say has a function log a line about a message.
func (s *screen) say(f platform.Function, id, rest string) {
	group := s.env.FunctionLogGroup(f)
	text := fmt.Sprintf(`{"level":"ERROR",%s,"messageId":%q,"requestId":"req-%.8s","build":%q}`, rest, id, id, s.build)
	must[*cloudwatchlogs.PutLogEventsOutput](s)(s.logs.PutLogEvents(context.Background(), &cloudwatchlogs.PutLogEventsInput{LogGroupName: &group, LogStreamName: aws.String("s"),
		LogEvents: []logstypes.InputLogEvent{{Message: &text, Timestamp: aws.Int64(time.Now().UnixMilli())}}}))
}

// die puts n dead letters of an error into the email queue's dead-letter queue. Their
// first receive is from before the tries that are logged.
func (s *screen) die(n int, why string) (ids []string) {
	dead := s.url(s.env.DeadLetterQueueName(platform.Email))
	for i := range n {
		body := fmt.Sprintf(`{"version":1,"leadId":"l-%d","toolId":"t","email":"lead%d@example.com"}`, i, i)
		out := must[*sqs.SendMessageOutput](s)(s.sqs.SendMessage(context.Background(), &sqs.SendMessageInput{QueueUrl: dead, MessageBody: &body}))
		ids = append(ids, *out.MessageId)
	}
	got := 0
	for got < n {
		out := must[*sqs.ReceiveMessageOutput](s)(s.sqs.ReceiveMessage(context.Background(), &sqs.ReceiveMessageInput{QueueUrl: dead, MaxNumberOfMessages: 10, VisibilityTimeout: 1}))
		got += len(out.Messages)
	}
	for _, id := range ids {
		s.say(platform.EmailProcessor, id, fmt.Sprintf(`"msg":"message handed back","error":%q,"receiveCount":5`, why))
	}
	time.Sleep(2 * time.Second)
	return ids
}

// consume takes from the email queue until ctx ends, and logs that all is done, or why
// not.
func (s *screen) consume(ctx context.Context, why string) {
	source := s.url(s.env.QueueName(platform.Email))
	for ctx.Err() == nil {
		got, err := s.sqs.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: source, MaxNumberOfMessages: 10, WaitTimeSeconds: 1})
		if err != nil {
			return
		}
		for _, m := range got.Messages {
			line := `"msg":"message done","receiveCount":1`
			if why != "" {
				line = fmt.Sprintf(`"msg":"message handed back","error":%q,"receiveCount":1`, why)
			}
			s.say(platform.EmailProcessor, *m.MessageId, line)
			must[*sqs.DeleteMessageOutput](s)(s.sqs.DeleteMessage(context.Background(), &sqs.DeleteMessageInput{QueueUrl: source, ReceiptHandle: m.ReceiptHandle}))
		}
	}
}

// count is how many messages a queue of the email pair has, as SQS counts.
func (s *screen) count(name string) string {
	out := must[*sqs.GetQueueAttributesOutput](s)(s.sqs.GetQueueAttributes(context.Background(), &sqs.GetQueueAttributesInput{QueueUrl: s.url(name), AttributeNames: []sqstypes.QueueAttributeName{"All"}}))
	return out.Attributes["ApproximateNumberOfMessages"] + "+" + out.Attributes["ApproximateNumberOfMessagesNotVisible"]
}

// landing is any other page: it notes what it was opened for.
type landing struct {
	name string
	// leads is where enter leads to.
	leads *page.Target
}

func (l landing) Title() string { return l.name }
func (l landing) Init() tea.Cmd { return nil }
func (l landing) Update(msg tea.Msg) tea.Cmd {
	if press, ok := msg.(tea.KeyPressMsg); ok && press.String() == "enter" {
		return page.Send(page.Go{To: page.Queues, Target: *l.leads})
	}
	return nil
}
func (l landing) View(int, int) string   { return "this is " + l.name }
func (l landing) Keys() []key.Binding    { return nil }
func (l landing) Actions() []page.Action { return nil }
func (l landing) Close()                 {}

// queues is the domain over the sandbox.
func (s *screen) queues() *queues.Queues {
	return queues.New(queues.Clients{SQS: s.sqs, Logs: s.logs, Metrics: cloudwatch.NewFromConfig(s.config), Consumers: s},
		queues.Settings{Environment: s.env, Clock: clock.Wall{}, Folder: s.folder})
}

// open opens a console on the list of queues, after prepare.
func open(t *testing.T, prepare func(*screen), test func(*testing.T, *screen)) {
	t.Helper()
	s := &screen{t: t, runs: &tuiqueues.Runs{}, paused: map[platform.Function]bool{}, build: platform.ShortBuild(deployed)}
	drive.Run(t, func(t *testing.T, d *drive.Driver) {
		s.t, s.Driver = t, d
		defer s.runs.End()
		test(t, s)
		d.Close()
	}, func(t *testing.T) tea.Model {
		s.t, s.folder = t, t.TempDir()
		s.env, _ = platform.ParseEnvironment("staging")
		ctx, cancel := context.WithCancel(t.Context())
		t.Cleanup(cancel)
		s.host = &page.Host{Context: ctx, Clock: clock.Wall{}, Zone: time.UTC, Focused: true, Style: style.New(present.Look{}),
			Where: present.Where{Environment: s.env.Name, Tier: s.env.Tier}}
		s.furnish()
		prepare(s)
		options := tuiqueues.Options{
			Environment: s.env, Consumers: s, Runs: s.runs, Folder: s.folder,
			Connect: func(ctx context.Context) (tuiqueues.Source, error) {
				_ = clock.Sleep(ctx, clock.Wall{}, s.slow)
				return source{s.queues(), s}, s.refuse
			},
			Allow: func(context.Context) error { return nil },
		}
		entries := []page.Entry{{ID: page.Queues, Name: "Queues", Working: s.runs.Working, Open: func(h *page.Host, target page.Target) page.Page { return tuiqueues.New(h, target, options) }}}
		for _, id := range []page.ID{page.Logs, page.Metrics} {
			entries = append(entries, page.Entry{ID: id, Name: string(id), Open: func(_ *page.Host, target page.Target) page.Page {
				s.to, s.went = id, target
				return landing{string(id), &s.leads}
			}})
		}
		return tui.New(tui.Options{Host: s.host, Pages: entries})
	})
}

// sees fails the test unless the screen has each of the texts.
func (s *screen) sees(texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		if !strings.Contains(s.Screen(), text) {
			s.t.Errorf("%q is not seen\n%s", text, s.Screen())
		}
	}
}

// letters opens the dead letters of the email queue.
func (s *screen) letters() {
	s.t.Helper()
	s.Press("G", "enter")
	s.Advance(5 * time.Second)
}

// pick picks an action by its key.
func (s *screen) pick(action string) {
	s.Press("a", action)
}

// confirm says yes, after the quiet period.
func (s *screen) confirm() {
	s.Advance(time.Second)
	s.Press("y")
}
