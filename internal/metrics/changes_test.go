package metrics_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/functions"
	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/metrics/trail"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox"
	"github.com/keyvex/keyvex/internal/sandbox/faults"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// as lets somebody work in this world under a role's session of that name, until the
// session is handed back.
func (w *world) as(name string) {
	w.t.Helper()
	role := w.env.ApplicationRoleName()
	found, err := w.box.IAM.GetRole(w.t.Context(), &iam.GetRoleInput{RoleName: &role})
	if err != nil {
		w.t.Fatal(err)
	}
	assumed, err := w.box.STS.AssumeRole(w.t.Context(), &sts.AssumeRoleInput{RoleArn: found.Role.Arn, RoleSessionName: &name})
	if err != nil {
		w.t.Fatal(err)
	}
	w.session, err = cloud.Open(w.t.Context(), cloud.Options{Environment: w.env, Local: &cloud.Local{
		Endpoint: wire.LocalEndpoint, Region: sandbox.DefaultRegion, AccessKeyID: *assumed.Credentials.AccessKeyId,
		SecretKey: *assumed.Credentials.SecretAccessKey, Transport: w,
	}})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) url(queue string) *string {
	w.t.Helper()
	out, err := w.session.SQS().GetQueueUrl(w.t.Context(), &sqs.GetQueueUrlInput{QueueName: &queue})
	if err != nil {
		w.t.Fatal(err)
	}
	return out.QueueUrl
}

// told are changes in words, the newest first.
func told(all metrics.Changes) (out []string) {
	for _, c := range all.List {
		words := strings.TrimSpace(string(c.Kind)+" "+c.Resource) + " " + c.What
		if c.Failed {
			words += " failed"
		}
		words += " by " + c.Who + " via " + c.Via
		if c.Run != "" {
			words += " in a run"
		}
		out = append(out, words)
	}
	return out
}

func (w *world) changesSince(from time.Time) metrics.Changes {
	w.t.Helper()
	changes, err := w.collector(0).ReadChanges(w.t.Context(), from)
	if err != nil {
		w.t.Fatal(err)
	}
	return changes
}

func TestChangesTellWhoMadeThemAndEachOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		time.Sleep(time.Hour)
		began := time.Now()
		w.as("alice")
		w.set(platform.AISecret, `{"openai_api_key":"sk-`+strings.Repeat("b", 48)+`"}`)
		time.Sleep(time.Hour)
		w.as("bob")
		if err := w.deploy("2", half); err == nil {
			t.Error("the deploy was to fail")
		}
		time.Sleep(time.Hour)
		w.as("carol")
		pausing := &functions.Functions{Lambda: w.session.Lambda(), Environment: w.env, Clock: clock.Wall{}}
		for _, f := range []func(*functions.Functions, context.Context, platform.Function) (functions.Status, error){
			(*functions.Functions).Pause, (*functions.Functions).Resume, (*functions.Functions).Pause,
		} {
			if _, err := f(pausing, t.Context(), platform.EmailProcessor); err != nil {
				t.Fatal(err)
			}
			time.Sleep(5 * time.Minute)
		}
		w.as("dave")
		dead := w.url(w.env.DeadLetterQueueName(platform.Analytics))
		if _, err := w.session.SQS().PurgeQueue(t.Context(), &sqs.PurgeQueueInput{QueueUrl: dead}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		arn := "arn:aws:sqs:" + sandbox.DefaultRegion + ":" + sandbox.DefaultAccount + ":" + w.env.DeadLetterQueueName(platform.Email)
		if _, err := w.session.SQS().StartMessageMoveTask(t.Context(), &sqs.StartMessageMoveTaskInput{SourceArn: &arn}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		want := []string{
			"redrive email 0 messages by SQS by dave via keyvex",
			"purge analytics-dlq all its messages deleted by dave via keyvex",
			"pause email-processor takes nothing from email by carol via keyvex",
			"resume email-processor takes messages again from email by carol via keyvex",
			"pause email-processor takes nothing from email by carol via keyvex",
			"deploy 2 stacks failed by bob via keyvex in a run",
			"secret ai new version by alice via keyvex",
		}
		changes := w.changesSince(began)
		if got := told(changes); !slices.Equal(got, want) || changes.Trail != (metrics.Trail{}) {
			t.Errorf("%q\n%+v", got, changes.Trail)
		}
		all := told(w.changesSince(began.Add(-3 * time.Hour)))
		for _, line := range []string{"deploy 6 stacks by root via keyvex in a run", "secret ai first version by root via keyvex", "secret database first version by root via keyvex in a run"} {
			if !slices.Contains(all, line) {
				t.Errorf("%q is not in %q", line, all)
			}
		}
	})
}

func TestAStackThatIsGoneIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		time.Sleep(time.Hour)
		began := time.Now()
		w.as("alice")
		if _, err := w.session.CloudFormation().DeleteStack(t.Context(), &cloudformation.DeleteStackInput{StackName: new(w.env.StackName(platform.Monitoring))}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Minute)
		if got := told(w.changesSince(began)); !slices.Equal(got, []string{"destroy Monitoring by alice via keyvex"}) {
			t.Errorf("%q", got)
		}
	})
}

// A source that fails takes nothing from the others: what they know is told, and that it is
// not all.
func TestWhatOneSourceKeepsBackTakesNothingFromTheOtherChanges(t *testing.T) {
	deployed, written := "deploy build 1, 6 stacks", "secret ai first version"
	for operation, c := range map[string]struct {
		service string
		want    []string
	}{
		"DescribeSecret": {"secretsmanager", []string{deployed}}, "DescribeStackEvents": {"cloudformation", []string{written}},
		"ListEventSourceMappings": {"lambda", []string{deployed, written}},
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.fail(faults.Rule{Service: c.service, Operation: operation, Kind: faults.Throttle, Probability: 1})
				changes, err := w.collector(0).ReadChanges(t.Context(), time.Now().Add(-time.Hour))
				if err == nil || !strings.Contains(err.Error(), operation) {
					t.Error(err)
				}
				for _, want := range c.want {
					if got := told(changes); !slices.ContainsFunc(got, func(one string) bool { return strings.HasPrefix(one, want) }) {
						t.Errorf("no %s in %q", want, got)
					}
				}
				if s := w.collector(0).Once(t.Context()); len(s.Changes.List) == 0 || s.Verdict.Level == metrics.Healthy {
					t.Errorf("%+v, %d changes", s.Verdict, len(s.Changes.List))
				}
			})
		})
	}
}

// Whatever CloudTrail answers, what the other sources know is there, and the verdict
// does not ask it.
func TestWithoutCloudTrailTheChangesAreThereAndItIsSaidWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for code, want := range map[string]string{
			"AccessDeniedException": "AccessDeniedException", "UnknownOperationException": "UnknownOperationException", "": "failed",
		} {
			refuse := func(r *http.Request) *http.Response {
				if !strings.Contains(r.Header.Get("X-Amz-Target"), "LookupEvents") {
					return nil
				}
				answer, status := `{"__type":"`+code+`"}`, http.StatusBadRequest
				if code == "" { // as moto answers what it does not know
					answer, status = "<html>", http.StatusInternalServerError
				}
				return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer)), Request: r}
			}
			w.tamper.Store(&refuse)
			changes := w.changesSince(time.Now().Add(-time.Hour))
			if changes.Trail.Err == nil || changes.Trail.Code != want {
				t.Errorf("%q: %+v", code, changes.Trail)
			}
			if got := told(changes); !slices.Contains(got, "deploy build 1, 6 stacks by  via keyvex in a run") || !slices.Contains(got, "secret ai first version by  via ") {
				t.Errorf("%q: %q", code, got)
			}
			if s := w.collector(0).Once(t.Context()); s.Verdict.Level != metrics.Healthy || s.Source(metrics.SourceChanges).Failing() || s.Changes.Trail.Code != want {
				t.Errorf("%q: %+v, %+v", code, s.Verdict, s.Changes.Trail)
			}
		}
		stall := func(r *http.Request) *http.Response {
			if !strings.Contains(r.Header.Get("X-Amz-Target"), "LookupEvents") || clock.Sleep(r.Context(), clock.Wall{}, time.Hour) == nil {
				return nil
			}
			return &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{}, Body: http.NoBody, Request: r}
		}
		w.tamper.Store(&stall)
		began := time.Now()
		s := w.collector(0).Once(t.Context())
		if took := time.Since(began); took > 10*time.Second || s.Verdict.Level != metrics.Healthy || len(s.Changes.List) == 0 || s.Changes.Trail.Code != "timeout" {
			t.Errorf("slow, after %s: %+v, %+v", took, s.Verdict, s.Changes.Trail)
		}
	})
}

// written is a history as somebody wrote it down.
type written []types.Event

func (w written) LookupEvents(context.Context, *cloudtrail.LookupEventsInput, ...func(*cloudtrail.Options)) (*cloudtrail.LookupEventsOutput, error) {
	return &cloudtrail.LookupEventsOutput{Events: w}, nil
}

// add writes down an event.
func (w *written) add(at time.Time, service, name, document string) {
	*w = append(*w, types.Event{
		EventId: aws.String(fmt.Sprint(len(*w))), EventName: &name, EventSource: aws.String(service + ".amazonaws.com"), EventTime: &at, CloudTrailEvent: &document,
	})
}

// A server may leave the token out, by which a run is known; then its time tells.
func TestWhatWasDoneByHandIsToldAndADeployWithoutATokenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		w := newWorld(t)
		var history written
		for _, stack := range platform.Stacks {
			history.add(began, "cloudformation", "ExecuteChangeSet", `{"userIdentity":{"type":"IAMUser","userName":"erin"},"userAgent":"app/keyvex-1","requestParameters":{"stackName":"`+w.env.StackName(stack)+`"}}`)
		}
		history.add(began, "cloudformation", "CancelUpdateStack", `{"userIdentity":{"type":"IAMUser","userName":"bob"},"userAgent":"app/keyvex-1","requestParameters":{"stackName":"`+w.env.StackName(platform.API)+`"}}`)
		history.add(began, "monitoring", "PutMetricAlarm", `{"userIdentity":{"type":"IAMUser","userName":"erin"},"sessionCredentialFromConsole":"true","requestParameters":{"alarmName":"keyvex-email-dlq-not-empty-staging"}}`)
		clients := w.clients()
		clients.Trail = history
		time.Sleep(time.Minute)
		changes, err := metrics.New(clients, metrics.Settings{Environment: w.env, Clock: clock.Wall{}}).ReadChanges(t.Context(), began)
		got := slices.DeleteFunc(told(changes), func(line string) bool { return strings.HasPrefix(line, "secret") })
		slices.Sort(got)
		if want := []string{"change Api CancelUpdateStack by bob via keyvex", "change email-dlq-not-empty PutMetricAlarm by erin via " + trail.Console, "deploy build 1, 6 stacks by erin via keyvex in a run"}; err != nil || !slices.Equal(got, want) {
			t.Errorf("%q, %v", got, err)
		}
	})
}
