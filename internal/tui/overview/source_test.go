package overview_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/metrics/example"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/secrets"
	"github.com/keyvex/keyvex/internal/tui/drive"
	"github.com/keyvex/keyvex/internal/tui/overview"
	"github.com/keyvex/keyvex/internal/unraced"
)

// amazon is an AWS in which all is well, but for one source that fails in some way.
// What it says goes through the real collector.
type amazon struct {
	cloudwatch.Client // for what is never called
	clock             drive.Clock
	faulty            metrics.SourceName
	fault             atomic.Value // string: of faults, from when on it fails
}

var faults = map[string]struct{ code, message string }{
	"denied":    {"AccessDenied", "not authorized to do that"},
	"throttled": {"ThrottlingException", "Rate exceeded"},
	"failing":   {"InternalServiceError", "an internal error has occurred"},
	"timeout":   {},
}

func (a *amazon) fail(ctx context.Context, source metrics.SourceName, service, operation string) error {
	fault, _ := a.fault.Load().(string)
	if a.faulty != source || fault == "" {
		return nil
	}
	if fault == "timeout" {
		<-ctx.Done()
		return ctx.Err()
	}
	f := faults[fault]
	kind := problem.Failed
	if fault == "denied" {
		kind = problem.Credentials
	}
	return problem.New(kind, "%s %s: %s: %s", service, operation, f.code, f.message).WithCause(&smithy.OperationError{
		ServiceID: service, OperationName: operation, Err: &smithy.GenericAPIError{Code: f.code, Message: f.message},
	})
}

// GetMetricData answers a 2 in each minute of every metric, except of what counts as bad.
func (a *amazon) GetMetricData(ctx context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	if err := a.fail(ctx, metrics.SourceMetrics, "CloudWatch", "GetMetricData"); err != nil {
		return nil, err
	}
	out := &cloudwatch.GetMetricDataOutput{}
	for _, q := range in.MetricDataQueries {
		r := types.MetricDataResult{Id: q.Id, StatusCode: types.StatusCodeComplete}
		value, period := 2.0, time.Minute
		if q.MetricStat != nil {
			period = time.Duration(aws.ToInt32(q.MetricStat.Period)) * time.Second
			switch name := aws.ToString(q.MetricStat.Metric.MetricName); {
			case strings.Contains(name, "Error"), strings.Contains(name, "Throttle"), strings.Contains(name, "Tries"), strings.Contains(name, "Refus"),
				strings.Contains(name, "XX"), strings.Contains(name, "Evictions"), strings.HasPrefix(name, "ApproximateNumberOf"):
				value = 0
				if a.faulty == metrics.SourceErrors && name == string(platform.JobSecondTries) {
					value = 2
				}
			}
		}
		for at := in.StartTime.Truncate(period); at.Before(*in.EndTime); at = at.Add(period) {
			r.Timestamps, r.Values = append(r.Timestamps, at), append(r.Values, value)
		}
		out.MetricDataResults = append(out.MetricDataResults, r)
	}
	return out, nil
}

func (a *amazon) DescribeAlarms(ctx context.Context, _ *cloudwatch.DescribeAlarmsInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error) {
	if err := a.fail(ctx, metrics.SourceAlarms, "CloudWatch", "DescribeAlarms"); err != nil {
		return nil, err
	}
	return &cloudwatch.DescribeAlarmsOutput{MetricAlarms: []types.MetricAlarm{{
		AlarmName: aws.String(example.Healthy().Environment.AlarmName("ai-processor-errors")), StateValue: types.StateValueOk, StateUpdatedTimestamp: aws.Time(example.Night.Add(-time.Hour)),
	}}}, nil
}

func (a *amazon) ListAlarmMuteRules(context.Context, *cloudwatch.ListAlarmMuteRulesInput, ...func(*cloudwatch.Options)) (*cloudwatch.ListAlarmMuteRulesOutput, error) {
	return &cloudwatch.ListAlarmMuteRulesOutput{}, nil
}

func (a *amazon) GetParameters(context.Context, *ssm.GetParametersInput, ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
	return &ssm.GetParametersOutput{}, nil
}

func (a *amazon) ListEventSourceMappings(ctx context.Context, in *lambda.ListEventSourceMappingsInput, _ ...func(*lambda.Options)) (*lambda.ListEventSourceMappingsOutput, error) {
	if err := a.fail(ctx, metrics.SourceConsumers, "Lambda", "ListEventSourceMappings"); err != nil {
		return nil, err
	}
	out := &lambda.ListEventSourceMappingsOutput{}
	env := example.Healthy().Environment
	for _, q := range platform.Queues {
		out.EventSourceMappings = append(out.EventSourceMappings, lambdatypes.EventSourceMappingConfiguration{
			State: aws.String("Enabled"), EventSourceArn: aws.String("arn:aws:sqs:us-east-1:482100000912:" + env.QueueName(q)),
			FunctionArn: aws.String("arn:aws:lambda:us-east-1:482100000912:function:" + env.FunctionName(q.Spec().Consumer)),
		})
	}
	return out, nil
}

// waiting is SQS through package queues.
type waiting struct{ *amazon }

func (w waiting) Status(ctx context.Context, name queues.Name) (queues.Status, error) {
	status := queues.Status{Name: name}
	if !name.Dead {
		status.InFlight = 1
	}
	return status, w.fail(ctx, metrics.SourceQueues, "SQS", "GetQueueAttributes")
}
func (w waiting) Expire(*queues.Pair)                                           {}
func (w waiting) Redrives(time.Time) ([]queues.Redriven, error)                 { return nil, nil }
func (w waiting) Moves(context.Context, queues.Name) ([]queues.MoveTask, error) { return nil, nil }

// standing is CloudFormation through package deploy.
type standing struct{ *amazon }

func (s standing) Status(ctx context.Context, _ deploy.Release) (out []deploy.StackStatus, err error) {
	for _, stack := range platform.Stacks {
		out = append(out, deploy.StackStatus{Stack: stack, Status: "UPDATE_COMPLETE", Build: "3f2c1a9", Updated: example.Night.Add(-48 * time.Hour)})
	}
	return out, s.fail(ctx, metrics.SourceStacks, "CloudFormation", "DescribeStacks")
}

func (s standing) Operations(ctx context.Context, _ platform.Environment, _ time.Time) ([]deploy.Operation, error) {
	return nil, s.fail(ctx, metrics.SourceChanges, "CloudFormation", "DescribeStackEvents")
}

type keeping struct{ *amazon }

func (k keeping) History(context.Context, platform.Secret) ([]secrets.Past, error) { return nil, nil }

func (a *amazon) collector() *metrics.Collector {
	return metrics.New(metrics.Clients{
		Metrics: a, Alarms: a, Parameters: a, Consumers: a, Queues: waiting{a}, Stacks: standing{a}, Secrets: keeping{a},
		Errors: func(ctx context.Context, _, _ time.Time) ([]invocation.ErrorGroup, error) {
			return nil, a.fail(ctx, metrics.SourceErrors, "CloudWatch Logs", "FilterLogEvents")
		},
		Reports: func(ctx context.Context, _ platform.Function, from, _ time.Time) ([]invocation.Report, bool, error) {
			report := invocation.Report{At: from, Cold: true, MemoryMB: 1024, UsedMB: 512}
			return []invocation.Report{report}, false, a.fail(ctx, metrics.SourceReports, "CloudWatch Logs", "FilterLogEvents")
		},
	}, metrics.Settings{Environment: example.Healthy().Environment, Account: "482100000912", Region: "us-east-1", Clock: a.clock})
}

// Whatever a source does, the screen says so: it is never blank, and never green by
// what is old. The rows keep their last values, with their time. When it is over it is
// noticed soon, however seldom the source is asked.
func TestEachSourceThatFailsIsSaid(t *testing.T) {
	for _, source := range metrics.SourceNames {
		before, within := "HEALTHY", 150*time.Second
		if source == metrics.SourceChanges {
			within = 6 * time.Minute // it is asked more seldom
		}
		if source == metrics.SourceErrors {
			before = "DEGRADED" // else it would not be asked
		}
		for fault := range faults {
			t.Run(string(source)+" "+fault, func(t *testing.T) {
				if fault != "timeout" { // what waits longest meets the others most
					unraced.Only(t)
				}
				t.Parallel()
				var a *amazon
				openWith(t, func(*testing.T) overview.Source {
					a = &amazon{clock: drive.At(example.Night), faulty: source}
					return a.collector()
				}, func(t *testing.T, s *screen) {
					s.Advance(2*time.Minute + 10*time.Second) // when nothing is asked
					if !strings.Contains(s.Screen(), before) {
						t.Fatalf("it should be %s before\n%s", before, s.Screen())
					}
					a.fault.Store(fault)
					s.Advance(within)
					s.Golden("source-" + string(source) + "-" + fault)
					if !strings.Contains(s.Screen(), "UNKNOWN") {
						t.Errorf("it is judged by what is old\n%s", s.Screen())
					}
					a.fault.Store("")
					s.Advance(90 * time.Second)
					if !strings.Contains(s.Screen(), before) {
						t.Errorf("it should be %s afterwards\n%s", before, s.Screen())
					}
				})
			})
		}
	}
}
