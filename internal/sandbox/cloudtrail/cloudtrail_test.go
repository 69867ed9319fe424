package cloudtrail

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

func TestMain(m *testing.M) { oracle.Verify(m) }

// people are callers by access key; all others are the account.
type people map[string]string

func (p people) Caller(accessKey string) (arn, id string) {
	if name, ok := p[accessKey]; ok {
		return "arn:aws:sts::000000000000:assumed-role/operator/" + name, "AROAEXAMPLE:" + name
	}
	return "arn:aws:iam::000000000000:root", "000000000000"
}

func newService(store *state.Store) *Service {
	return New(&host.Host{Account: "000000000000", Region: "eu-west-1", Clock: clock.Wall{}, Random: rand.Reader, State: store}, people{"ASIAALICE": "alice"})
}

func called(service, operation, accessKey string, input any) *wire.Call {
	return &wire.Call{
		Service: service, Operation: operation, AccessKey: accessKey, Input: input, Start: clock.Wall{}.Now(),
		RequestID: "r-" + operation, UserAgent: "aws-sdk-go-v2/1.47.7 app/keyvex-1", Address: "127.0.0.1",
	}
}

func lookup(t *testing.T, s *Service, in cloudtrail.LookupEventsInput) *cloudtrail.LookupEventsOutput {
	t.Helper()
	if err := (clock.Sleep(t.Context(), clock.Wall{}, time.Second)); err != nil { // within the limit
		t.Fatal(err)
	}
	out, err := s.LookupEvents(t.Context(), &in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func names(events []types.Event) (out []string) {
	for _, e := range events {
		out = append(out, *e.EventName)
	}
	return out
}

func by(key types.LookupAttributeKey, value string) []types.LookupAttribute {
	return []types.LookupAttribute{{AttributeKey: key, AttributeValue: &value}}
}

func TestWritesAreToldWithCallerAndResourceAndReadsAreNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(state.Memory())
		s.Record(called("lambda", "UpdateEventSourceMapping", "ASIAALICE", &lambda.UpdateEventSourceMappingInput{UUID: aws.String("u-1"), Enabled: aws.Bool(false)}), nil)
		s.Record(called("sqs", "PurgeQueue", "AKIA", &sqs.PurgeQueueInput{QueueUrl: aws.String("http://x/1/q")}), &wire.Error{Code: "PurgeQueueInProgress"})
		s.Record(called("sqs", "SendMessage", "AKIA", &sqs.SendMessageInput{QueueUrl: aws.String("http://x/1/q")}), nil)
		s.Record(called("lambda", "ListFunctions", "AKIA", &lambda.ListFunctionsInput{}), nil)
		s.Record(called("lambda", "Invoke", "AKIA", &lambda.InvokeInput{}), nil)

		out := lookup(t, s, cloudtrail.LookupEventsInput{})
		if got := strings.Join(names(out.Events), " "); got != "PurgeQueue UpdateEventSourceMapping20150331" {
			t.Fatalf("the events are %s", got)
		}
		purge, pause := out.Events[0], out.Events[1]
		if *pause.Username != "alice" || *pause.EventSource != "lambda.amazonaws.com" || *pause.AccessKeyId != "ASIAALICE" || *pause.ReadOnly != "false" {
			t.Errorf("the pause is %+v", pause)
		}
		if len(purge.Resources) != 1 || *purge.Resources[0].ResourceName != "http://x/1/q" || *purge.Resources[0].ResourceType != "AWS::SQS::Queue" || *purge.Username != "root" {
			t.Errorf("the purge is %+v", purge)
		}
		var document struct {
			EventVersion, UserAgent, RequestID, ErrorCode, EventTime string
			ReadOnly                                                 bool
			RequestParameters                                        map[string]any
			UserIdentity                                             struct {
				Type, ARN, PrincipalID string
				SessionContext         struct {
					SessionIssuer struct{ ARN, UserName string }
				}
			}
		}
		if err := json.Unmarshal([]byte(*pause.CloudTrailEvent), &document); err != nil {
			t.Fatal(err)
		}
		who := document.UserIdentity
		if who.Type != "AssumedRole" || who.ARN != "arn:aws:sts::000000000000:assumed-role/operator/alice" || who.SessionContext.SessionIssuer.UserName != "operator" ||
			document.RequestParameters["uUID"] != "u-1" || document.RequestParameters["enabled"] != false || !strings.Contains(document.UserAgent, "app/keyvex") {
			t.Errorf("the pause's document is %s", *pause.CloudTrailEvent)
		}
		if !strings.Contains(*purge.CloudTrailEvent, `"errorCode":"PurgeQueueInProgress"`) || !strings.Contains(*purge.CloudTrailEvent, `"type":"Root"`) {
			t.Errorf("the purge's document is %s", *purge.CloudTrailEvent)
		}
	})
}

// AWS leaves secrets out of its events. The journal must not have them either.
func TestNoValueIsRecorded(t *testing.T) {
	s := newService(state.Memory())
	const canary = "canary-4711"
	text := aws.String(canary)
	for operation, input := range map[string]any{
		"PutSecretValue": &secretsmanager.PutSecretValueInput{SecretId: aws.String("s"), SecretString: text, SecretBinary: []byte(canary), RotationToken: text},
		"CreateSecret":   &secretsmanager.CreateSecretInput{Name: aws.String("s"), SecretString: text, SecretBinary: []byte(canary), Description: text},
		"UpdateSecret":   &secretsmanager.UpdateSecretInput{SecretId: aws.String("s"), SecretString: text, SecretBinary: []byte(canary)},
	} {
		s.Record(called("secretsmanager", operation, "AKIA", input), errors.New(canary))
	}
	s.Record(called("ssm", "PutParameter", "AKIA", &ssm.PutParameterInput{Name: aws.String("/p"), Value: text, Description: text}), nil)
	s.Record(called("sqs", "SetQueueAttributes", "AKIA", &sqs.SetQueueAttributesInput{QueueUrl: aws.String("q"), Attributes: map[string]string{canary: canary}}), nil)
	out, err := s.LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{})
	if err != nil || len(out.Events) != 5 {
		t.Fatalf("%d events, %v", len(out.Events), err)
	}
	for number, e := range s.events.All() {
		kept, _ := json.Marshal(e)
		if strings.Contains(string(kept), canary) {
			t.Errorf("%s is kept with a value: %s", number, kept)
		}
	}
	for _, e := range out.Events {
		if strings.Contains(*e.CloudTrailEvent, canary) || !strings.Contains(*e.CloudTrailEvent, `"requestParameters":{"`) {
			t.Errorf("%s is told as %s", *e.EventName, *e.CloudTrailEvent)
		}
	}
}

func TestPagesTogetherAreTheWholeAndTokensBelongToTheirQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(state.Memory())
		for i := range 120 {
			s.Record(called("sqs", "PurgeQueue", "AKIA", &sqs.PurgeQueueInput{QueueUrl: aws.String(fmt.Sprint("q", i))}), nil)
			s.Record(called("sqs", "CreateQueue", "AKIA", &sqs.CreateQueueInput{QueueName: aws.String("q")}), nil)
		}
		in := cloudtrail.LookupEventsInput{LookupAttributes: by(types.LookupAttributeKeyEventName, "PurgeQueue")}
		var sizes []int
		next := 119
		for {
			out := lookup(t, s, in)
			sizes = append(sizes, len(out.Events))
			for _, e := range out.Events {
				if want := fmt.Sprint("q", next); *e.Resources[0].ResourceName != want {
					t.Fatalf("%s comes where %s should", *e.Resources[0].ResourceName, want)
				}
				next--
			}
			// What is new meanwhile does not move the pages.
			s.Record(called("sqs", "PurgeQueue", "AKIA", &sqs.PurgeQueueInput{QueueUrl: aws.String("new")}), nil)
			if in.NextToken = out.NextToken; in.NextToken == nil {
				break
			}
		}
		if fmt.Sprint(sizes) != "[50 50 20]" {
			t.Errorf("the pages have %v events", sizes)
		}
		first := lookup(t, s, cloudtrail.LookupEventsInput{})
		_, err := s.LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{NextToken: first.NextToken, LookupAttributes: by(types.LookupAttributeKeyEventName, "x")})
		if _, ok := errors.AsType[*types.InvalidNextTokenException](err); !ok {
			t.Errorf("a token of another question: %v", err)
		}
	})
}

func TestEventsAreFoundByEachAttributeAndByTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(state.Memory())
		began := clock.Wall{}.Now()
		s.Record(called("sqs", "PurgeQueue", "ASIAALICE", &sqs.PurgeQueueInput{QueueUrl: aws.String("q")}), nil)
		time.Sleep(time.Hour)
		s.Record(called("secretsmanager", "PutSecretValue", "AKIA", &secretsmanager.PutSecretValueInput{SecretId: aws.String("s")}), nil)
		all := lookup(t, s, cloudtrail.LookupEventsInput{})
		for key, value := range map[types.LookupAttributeKey]string{
			types.LookupAttributeKeyEventId: *all.Events[1].EventId, types.LookupAttributeKeyEventName: "PurgeQueue",
			types.LookupAttributeKeyUsername: "alice", types.LookupAttributeKeyEventSource: "sqs.amazonaws.com",
			types.LookupAttributeKeyAccessKeyId: "ASIAALICE", types.LookupAttributeKeyResourceName: "q", types.LookupAttributeKeyResourceType: "AWS::SQS::Queue",
		} {
			if got := names(lookup(t, s, cloudtrail.LookupEventsInput{LookupAttributes: by(key, value)}).Events); len(got) != 1 || got[0] != "PurgeQueue" {
				t.Errorf("%s %s finds %v", key, value, got)
			}
		}
		for value, want := range map[string]int{"false": 2, "true": 0} {
			if got := lookup(t, s, cloudtrail.LookupEventsInput{LookupAttributes: by(types.LookupAttributeKeyReadOnly, value)}); len(got.Events) != want {
				t.Errorf("ReadOnly %s finds %d", value, len(got.Events))
			}
		}
		for _, c := range []struct {
			from, to time.Duration
			want     string
		}{{-time.Hour, 0, "PurgeQueue"}, {time.Minute, 2 * time.Hour, "PutSecretValue"}, {2 * time.Hour, 3 * time.Hour, ""}} {
			out := lookup(t, s, cloudtrail.LookupEventsInput{StartTime: aws.Time(began.Add(c.from)), EndTime: aws.Time(began.Add(c.to))})
			if got := strings.Join(names(out.Events), " "); got != c.want {
				t.Errorf("from %s to %s: %q", c.from, c.to, got)
			}
		}
	})
}

func TestTwoLookupsASecondAreTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(state.Memory())
		taken := 0
		for range 50 { // five seconds
			if _, err := s.LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{}); err == nil {
				taken++
			} else if refused, _ := errors.AsType[*wire.Error](err); refused == nil || refused.Code != "ThrottlingException" {
				t.Fatal(err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if taken != 10 {
			t.Errorf("%d lookups were taken in five seconds", taken)
		}
	})
}

func TestWhatCannotBeLookedUpIsRefusedInItsWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(state.Memory())
		now := clock.Wall{}.Now()
		two := append(by(types.LookupAttributeKeyEventName, "a"), by(types.LookupAttributeKeyEventName, "b")...)
		for want, in := range map[string]cloudtrail.LookupEventsInput{
			"InvalidLookupAttributesException": {LookupAttributes: two},
			"InvalidMaxResultsException":       {MaxResults: aws.Int32(51)},
			"InvalidTimeRangeException":        {StartTime: aws.Time(now), EndTime: aws.Time(now.Add(-time.Second))},
			"InvalidNextTokenException":        {NextToken: aws.String("made up")},
			"InvalidEventCategoryException":    {EventCategory: "all"},
		} {
			time.Sleep(time.Second)
			if _, err := s.LookupEvents(t.Context(), &in); codeOf(err) != want {
				t.Errorf("want %s, got %v", want, err)
			}
		}
	})
}

func TestTheNewestEventsAreKeptAcrossRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := t.TempDir() + "/journal"
		store, err := state.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		s := newService(store)
		for i := range kept + 3 {
			s.Record(called("sqs", "PurgeQueue", "AKIA", &sqs.PurgeQueueInput{QueueUrl: aws.String(fmt.Sprint("q", i))}), nil)
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		if store, err = state.Open(path); err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		s = newService(store)
		s.Record(called("sqs", "PurgeQueue", "AKIA", &sqs.PurgeQueueInput{QueueUrl: aws.String("last")}), nil)
		if s.events.Len() != kept || s.first != 4 {
			t.Errorf("%d events are kept from number %d", s.events.Len(), s.first)
		}
		if out := lookup(t, s, cloudtrail.LookupEventsInput{MaxResults: aws.Int32(1)}); *out.Events[0].Resources[0].ResourceName != "last" {
			t.Errorf("the newest is %+v", out.Events[0])
		}
	})
}

func TestWhatIsOlderThanNinetyDaysIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(state.Memory())
		s.Record(called("sqs", "PurgeQueue", "AKIA", &sqs.PurgeQueueInput{}), nil)
		time.Sleep(91 * 24 * time.Hour)
		if out := lookup(t, s, cloudtrail.LookupEventsInput{}); len(out.Events) != 0 {
			t.Errorf("%v", names(out.Events))
		}
	})
}
