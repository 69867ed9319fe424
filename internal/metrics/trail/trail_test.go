package trail_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/metrics/trail"
	"github.com/keyvex/keyvex/internal/platform"
)

// history is an account's events, the newest first, as LookupEvents gives them. Events
// of the future have not come yet.
type history struct {
	events []types.Event
	// late are told so much later than they happened.
	late map[string]time.Duration
	// fail is what a lookup by that value fails with.
	fail  map[string]error
	count int
}

func (h *history) LookupEvents(_ context.Context, in *cloudtrail.LookupEventsInput, _ ...func(*cloudtrail.Options)) (*cloudtrail.LookupEventsOutput, error) {
	by := in.LookupAttributes[0]
	value := *by.AttributeValue
	if err := h.fail[value]; err != nil {
		return nil, err
	}
	now := clock.Wall{}.Now()
	var fitting []types.Event
	for _, e := range h.events {
		named := by.AttributeKey == types.LookupAttributeKeyReadOnly || by.AttributeKey == types.LookupAttributeKeyEventName && *e.EventName == value
		if named && !e.EventTime.Before(*in.StartTime) && !e.EventTime.After(*in.EndTime) && !e.EventTime.Add(h.late[*e.EventId]).After(now) {
			fitting = append(fitting, e)
		}
	}
	slices.SortStableFunc(fitting, func(a, b types.Event) int { return b.EventTime.Compare(*a.EventTime) })
	from := 0
	if in.NextToken != nil {
		_, _ = fmt.Sscan(*in.NextToken, &from)
	}
	out := &cloudtrail.LookupEventsOutput{Events: fitting[from:min(from+50, len(fitting))]}
	if from+50 < len(fitting) {
		out.NextToken = aws.String(fmt.Sprint(from + 50))
	}
	return out, nil
}

// add puts an event into the history, which happens now.
func (h *history) add(source, name, document string) {
	id := fmt.Sprint("event-", h.count)
	h.count++
	h.events = append(h.events, types.Event{
		EventId: &id, EventName: &name, EventSource: aws.String(source + ".amazonaws.com"), EventTime: aws.Time(clock.Wall{}.Now().Truncate(time.Second)), CloudTrailEvent: &document,
	})
}

// purge is that of the email queue by somebody.
func (h *history) purge(who string) {
	h.add("sqs", "PurgeQueue", `{"userIdentity":{"type":"IAMUser","userName":"`+who+`"},"requestParameters":{"queueUrl":"https://sqs.us-east-1.amazonaws.com/1/keyvex-email-queue-staging"}}`)
}

// foreign are so many writes of others in the account.
func (h *history) foreign(n int) {
	for range n {
		h.add("sqs", "CreateQueue", `{"userIdentity":{"type":"IAMUser","userName":"other"},"requestParameters":{"queueName":"other"}}`)
	}
}

func reader(t *testing.T, h *history) *trail.Reader {
	t.Helper()
	env, err := platform.ParseEnvironment("staging")
	if err != nil {
		t.Fatal(err)
	}
	return &trail.Reader{API: h, Environment: env, Clock: clock.Wall{}}
}

func whose(events []trail.Event) string {
	var out []string
	for _, e := range events {
		out = append(out, e.Who)
	}
	return strings.Join(out, " ")
}

func TestAQuietDayIsOneLookupAndLaterOnesReadOnlyWhatIsNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &history{}
		began := clock.Wall{}.Now()
		h.purge("alice")
		h.foreign(10)
		time.Sleep(2 * time.Hour)
		r := reader(t, h)
		if got := r.Read(t.Context(), began); whose(got.Events) != "alice" || got.Calls != 1 || got.Err != nil || !got.Cut.IsZero() {
			t.Errorf("%+v", got)
		}
		h.events = nil // what was read is not read again
		h.purge("bob")
		h.late = map[string]time.Duration{"event-11": 14 * time.Minute}
		time.Sleep(5 * time.Minute)
		if got := r.Read(t.Context(), began); whose(got.Events) != "alice" || got.Calls != 1 {
			t.Errorf("before the late one came: %+v", got)
		}
		time.Sleep(10 * time.Minute)
		if got := r.Read(t.Context(), began); whose(got.Events) != "bob alice" {
			t.Errorf("after the late one came: %+v", got)
		}
		if got := r.Read(t.Context(), began.Add(time.Hour)); whose(got.Events) != "bob" {
			t.Errorf("of the last hour: %+v", got)
		}
		if got := r.Read(t.Context(), began); whose(got.Events) != "bob" { // alice's is not in h any more
			t.Errorf("what nobody asks for any more is kept: %+v", got)
		}
	})
}

func TestEventsOfOneSecondKeepTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &history{}
		began := clock.Wall{}.Now()
		for _, who := range []string{"dave", "carol", "bob", "alice"} { // told the newest first
			h.purge(who)
		}
		r := reader(t, h)
		for range 2 {
			if got := r.Read(t.Context(), began); whose(got.Events) != "dave carol bob alice" {
				t.Errorf("%s", whose(got.Events))
			}
			time.Sleep(time.Minute)
		}
	})
}

func TestABusyAccountIsLookedUpByNamesAndWhatIsMissingIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &history{}
		began := clock.Wall{}.Now()
		h.purge("alice")
		time.Sleep(time.Hour)
		h.foreign(1000)
		r := reader(t, h)
		got := r.Read(t.Context(), began)
		if whose(got.Events) != "alice" || !got.Cut.IsZero() || got.Calls > 13 {
			t.Errorf("%d calls, %+v", got.Calls, got)
		}
		time.Sleep(time.Hour)
		r.Read(t.Context(), began) // which looks for late ones among the many
		time.Sleep(time.Hour)
		if got := r.Read(t.Context(), began); got.Calls != 1 || whose(got.Events) != "alice" {
			t.Errorf("once more: %d calls, %+v", got.Calls, got)
		}

		for range 60 { // more of one name than a page has
			h.purge("carol")
			time.Sleep(time.Minute)
		}
		h.foreign(1000)
		got = reader(t, h).Read(t.Context(), began)
		if want := began.Add(3*time.Hour + 10*time.Minute); !got.Cut.Equal(want) || len(got.Events) != 50 || strings.Contains(whose(got.Events), "alice") {
			t.Errorf("cut at %s, not %s, with %d events", got.Cut, want, len(got.Events))
		}
	})
}

func TestWhatIsKnownStaysWhenCloudTrailFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &history{}
		began := clock.Wall{}.Now()
		h.purge("alice")
		r := reader(t, h)
		r.Read(t.Context(), began)
		denied := errors.New("denied")
		h.fail = map[string]error{"false": denied}
		time.Sleep(time.Hour)
		h.purge("bob")
		if got := r.Read(t.Context(), began); !errors.Is(got.Err, denied) || whose(got.Events) != "alice" {
			t.Errorf("%+v", got)
		}
		h.fail = nil
		time.Sleep(time.Hour) // longer than what is read again: the failure has left no gap
		if got := r.Read(t.Context(), began); got.Err != nil || whose(got.Events) != "bob alice" {
			t.Errorf("%+v", got)
		}
	})
}

// The documents are in CloudTrail's record format, as its user guide has it.
func TestWhoDidItAndWithWhat(t *testing.T) {
	const sso = `"type":"AssumedRole","principalId":"AROA:alice@example.com","arn":"arn:aws:sts::1:assumed-role/AWSReservedSSO_Admin_1/alice@example.com","sessionContext":{"sessionIssuer":{"type":"Role","userName":"AWSReservedSSO_Admin_1"}}`
	for name, c := range map[string]struct{ identity, more, who, via string }{
		"a user with keyvex":          {`"type":"IAMUser","userName":"bob"`, `"userAgent":"aws-sdk-go-v2/1.47.7 ua/2.1 os/linux app/keyvex-3f2c1a9"`, "bob", "keyvex"},
		"a session in the console":    {sso, `"userAgent":"AWS Internal","sessionCredentialFromConsole":"true"`, "alice@example.com", trail.Console},
		"a session with a browser":    {sso, `"userAgent":"Mozilla/5.0 (X11)"`, "alice@example.com", trail.Console},
		"a session with the aws CLI":  {sso, `"userAgent":"aws-cli/2.15.0 Python/3.11"`, "alice@example.com", "aws-cli"},
		"an unknown tool":             {sso, `"userAgent":"curl/8"`, "alice@example.com", ""},
		"the root user":               {`"type":"Root","arn":"arn:aws:iam::1:root"`, `"userAgent":"console.amazonaws.com"`, "root", trail.Console},
		"a session that nobody named": {`"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/deployer/aws-go-sdk-1700000000000","sessionContext":{"sessionIssuer":{"userName":"deployer"}}`, `"userAgent":"Terraform/1.7"`, "role deployer", "Terraform"},
		"an instance":                 {`"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/runner/i-0abc123"`, `"userAgent":"Boto3/1.34"`, "role runner", "boto3"},
		"a source identity":           {`"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/deployer/ci","sessionContext":{"sourceIdentity":"dave"}`, `"userAgent":""`, "dave", ""},
		"a federated user":            {`"type":"FederatedUser","arn":"arn:aws:sts::1:federated-user/erin"`, `"userAgent":""`, "erin", ""},
	} {
		h := &history{}
		h.add("sqs", "PurgeQueue", `{"userIdentity":{`+c.identity+`},`+c.more+`,"requestParameters":{"queueUrl":"https://x/1/keyvex-email-dlq-staging"}}`)
		got := reader(t, h).Read(t.Context(), clock.Wall{}.Now().Add(-time.Hour))
		want := trail.Place{Kind: trail.DeadLetter, Name: "email"}
		if len(got.Events) != 1 || got.Events[0].Who != c.who || got.Events[0].Via != c.via || got.Events[0].Place != want {
			t.Errorf("%s: %+v", name, got.Events)
		}
	}
}

func TestOnlyWhatChangedThisEnvironmentByAHandIsTaken(t *testing.T) {
	const alice = `"userIdentity":{"type":"IAMUser","userName":"alice"}`
	for name, c := range map[string]struct {
		source, event, document string
		want                    trail.Place
	}{
		"a function by its ARN":      {"lambda", "UpdateFunctionCode20150331v2", `{` + alice + `,"requestParameters":{"functionName":"arn:aws:lambda:us-east-1:1:function:keyvex-ai-processor-staging:live"}}`, trail.Place{Kind: trail.Function, Name: "ai-processor"}},
		"a consumer by the answer":   {"lambda", "UpdateEventSourceMapping20150331", `{` + alice + `,"requestParameters":{"enabled":false,"uUID":"u"},"responseElements":{"eventSourceArn":"arn:aws:sqs:us-east-1:1:keyvex-email-queue-staging","functionArn":"arn:aws:lambda:us-east-1:1:function:keyvex-email-processor-staging"}}`, trail.Place{Kind: trail.Function, Name: "email-processor"}},
		"a secret by its ARN":        {"secretsmanager", "PutSecretValue", `{` + alice + `,"requestParameters":{"secretId":"arn:aws:secretsmanager:us-east-1:1:secret:keyvex/ai/staging-AbCdEf"}}`, trail.Place{Kind: trail.Secret, Name: "ai"}},
		"a stack by its id":          {"cloudformation", "ExecuteChangeSet", `{` + alice + `,"requestParameters":{"stackName":"arn:aws:cloudformation:us-east-1:1:stack/Keyvex-staging-Api/1-2"}}`, trail.Place{Kind: trail.Stack, Name: "Api"}},
		"a stack by a pipeline":      {"cloudformation", "DeleteStack", `{"userIdentity":{"type":"IAMUser","userName":"alice","invokedBy":"codepipeline.amazonaws.com"},"requestParameters":{"stackName":"Keyvex-staging-Api"}}`, trail.Place{Kind: trail.Stack, Name: "Api"}},
		"messages moved":             {"sqs", "StartMessageMoveTask", `{` + alice + `,"requestParameters":{"sourceArn":"arn:aws:sqs:us-east-1:1:keyvex-email-dlq-staging","destinationArn":"arn:aws:sqs:us-east-1:1:keyvex-email-queue-staging"}}`, trail.Place{Kind: trail.DeadLetter, Name: "email"}},
		"a node of the cache":        {"elasticache", "RebootCacheCluster", `{` + alice + `,"requestParameters":{"cacheClusterId":"keyvex-redis-staging-001"}}`, trail.Place{Kind: trail.Other, Name: "cache"}},
		"a published value":          {"ssm", "PutParameter", `{` + alice + `,"requestParameters":{"name":"/keyvex/staging/api/rest-endpoint"}}`, trail.Place{Kind: trail.Other, Name: "api/rest-endpoint"}},
		"another environment":        {"sqs", "PurgeQueue", `{` + alice + `,"requestParameters":{"queueUrl":"https://x/1/keyvex-email-queue-staging-eu"}}`, trail.Place{}},
		"a failure":                  {"sqs", "PurgeQueue", `{` + alice + `,"errorCode":"AccessDenied","requestParameters":{"queueUrl":"https://x/1/keyvex-email-queue-staging"}}`, trail.Place{}},
		"CloudFormation for a stack": {"lambda", "UpdateFunctionCode20150331v2", `{"userIdentity":{"type":"IAMUser","userName":"alice","invokedBy":"cloudformation.amazonaws.com"},"requestParameters":{"functionName":"keyvex-ai-processor-staging"}}`, trail.Place{}},
		"a change set":               {"cloudformation", "CreateChangeSet", `{` + alice + `,"requestParameters":{"stackName":"Keyvex-staging-Api"}}`, trail.Place{}},
		"a log stream":               {"logs", "CreateLogStream", `{` + alice + `,"requestParameters":{"logGroupName":"keyvex-ai-processor-staging"}}`, trail.Place{}},
		"no document":                {"sqs", "PurgeQueue", `<html>`, trail.Place{}},
	} {
		h := &history{}
		h.add(c.source, c.event, c.document)
		got := reader(t, h).Read(t.Context(), clock.Wall{}.Now().Add(-time.Hour))
		switch {
		case c.want == trail.Place{} && len(got.Events) == 0:
		case len(got.Events) == 1 && got.Events[0].Place == c.want && !strings.Contains(got.Events[0].Name, "2015"):
		default:
			t.Errorf("%s: %+v", name, got.Events)
		}
	}
}

func TestNamesOfCallers(t *testing.T) {
	for arn, want := range map[string]string{
		"arn:aws:iam::1:root": "root", "arn:aws:iam::1:user/team/bob": "bob", "arn:aws:sts::1:assumed-role/admin/alice": "alice",
		"arn:aws:sts::1:assumed-role/deployer/botocore-session-1700000000": "role deployer", "": "",
	} {
		if got := trail.NameOf(arn); got != want {
			t.Errorf("%s is %q, not %q", arn, got, want)
		}
	}
}

// Whatever stands in an event, reading ends, and tells of this environment's things only.
func FuzzEvent(f *testing.F) {
	for _, name := range []string{"keyvex-email-queue-staging", "arn:aws:secretsmanager:a:1:secret:x", "arn:::::", "https://", "arn:aws:cloudformation:a:1:stack", ""} {
		f.Add("UpdateEventSourceMapping20150331", `{"userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role"},"requestParameters":{"a":"`+name+`","b":["`+name+`",1]}}`)
	}
	f.Add("v2", `{"requestParameters":[]}`)
	env, err := platform.ParseEnvironment("staging")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name, document string) {
		h := &history{}
		h.add("sqs", name, document)
		for _, e := range (&trail.Reader{API: h, Environment: env, Clock: clock.Wall{}}).Read(t.Context(), clock.Wall{}.Now().Add(-time.Hour)).Events {
			if e.Mapping == "" && !strings.Contains(document, "staging") && !strings.Contains(document, `\u`) {
				t.Errorf("%s %s is taken for %+v", name, document, e)
			}
		}
	})
}
