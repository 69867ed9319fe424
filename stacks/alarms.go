package stacks

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"github.com/keyvex/keyvex/internal/platform"
)

// alarms lists all of them: each threshold of platform.Thresholds that CloudWatch
// can judge, for each thing that it applies to.
func (s stack) alarms() []alarm {
	var all []alarm
	for _, f := range platform.Functions {
		all = append(all, s.errorAlarms(f)...)
		all = append(all, throttleAlarms(string(f), []metric{s.lambdaMetric(f, "Throttles", "Sum")})...)
	}
	all = append(all, throttleAlarms("table", s.tableThrottles())...)
	for _, q := range platform.Queues {
		all = append(all, s.queueAlarms(q)...)
	}
	for _, node := range s.env.CacheNodeNames() {
		all = append(all, s.cacheAlarms(node)...)
	}
	return append(all, s.restAlarms()...)
}

// errorAlarms go off when both the rate and the count are reached.
func (s stack) errorAlarms(f platform.Function) []alarm {
	t := platform.Thresholds.Errors
	level := func(state string, broken bool, at platform.RateAndCount) alarm {
		return alarm{
			what: string(f) + "-errors-" + state, broken: broken,
			description: fmt.Sprintf("%s fails at least %g %% of its invocations and at least %d", f, at.Percent, at.Count),
			expression:  fmt.Sprintf("IF(m1>=%d,100*m1/m2,0)", at.Count),
			metrics:     []metric{s.lambdaMetric(f, "Errors", "Sum"), s.lambdaMetric(f, "Invocations", "Sum")},
			threshold:   at.Percent, period: t.Period,
		}
	}
	return []alarm{level(degraded, false, t.Warn), level(broken, true, t.Fail)}
}

const (
	degraded = "degraded"
	broken   = "broken"
)

func throttleAlarms(what string, metrics []metric) []alarm {
	t := platform.Thresholds.Throttles
	once := alarm{
		what: what + "-throttled-" + degraded, description: what + " is throttled",
		expression: sum(metrics), metrics: metrics, threshold: float64(t.WarnCount), period: time.Minute,
	}
	lasting := once
	lasting.what, lasting.broken, lasting.running = what+"-throttled-"+broken, true, t.FailMinutesRunning
	lasting.description = fmt.Sprintf("%s has been throttled for %d minutes", what, t.FailMinutesRunning)
	return []alarm{once, lasting}
}

func (s stack) queueAlarms(q platform.Queue) []alarm {
	spec, queue := q.Spec(), s.env.QueueName(q)
	age := []metric{sqsMetric(queue, "ApproximateAgeOfOldestMessage", "Maximum")}
	old := func(state string, broken bool, limit time.Duration) alarm {
		return alarm{
			what: string(q) + "-oldest-message-" + state, broken: broken,
			description: fmt.Sprintf("A message has waited %d minutes in %s", int(limit.Minutes()), q),
			metrics:     age, threshold: limit.Seconds(), period: time.Minute,
		}
	}
	// A message that is being looked at is in flight, and no less dead.
	dead := []metric{
		sqsMetric(s.env.DeadLetterQueueName(q), "ApproximateNumberOfMessagesVisible", "Maximum"),
		sqsMetric(s.env.DeadLetterQueueName(q), "ApproximateNumberOfMessagesNotVisible", "Maximum"),
	}
	return []alarm{
		old(degraded, false, spec.OldestWarn),
		old(broken, true, spec.OldestFail),
		{
			what: q.DeadLetter() + "-not-empty", broken: true,
			description: fmt.Sprintf("%s holds messages that failed %d times", q.DeadLetter(), spec.MaxReceiveCount),
			expression:  sum(dead), metrics: dead, threshold: 1, period: time.Minute,
		},
	}
}

func (s stack) cacheAlarms(node string) []alarm {
	number := node[len(s.env.CacheName())+1:]
	pair := func(what, name string, limit platform.Percentage) []alarm {
		metrics := []metric{{"AWS/ElastiCache", name, "Average", []string{"CacheClusterId", node}}}
		level := func(state string, broken bool, percent float64) alarm {
			return alarm{
				what: "redis-" + number + "-" + what + "-" + state, broken: broken,
				description: fmt.Sprintf("%s of Redis node %s is at %g %% or more", name, number, percent),
				metrics:     metrics, threshold: percent, period: 5 * time.Minute,
			}
		}
		return []alarm{level(degraded, false, limit.Warn), level(broken, true, limit.Fail)}
	}
	return append(
		pair("cpu", "CPUUtilization", platform.Thresholds.CacheCPU),
		pair("memory", "DatabaseMemoryUsagePercentage", platform.Thresholds.CacheMemory)...,
	)
}

func (s stack) restAlarms() []alarm {
	metrics := []metric{s.restMetric("5XXError", "Sum"), s.restMetric("Count", "Sum")}
	level := func(state string, broken bool, percent float64) alarm {
		return alarm{
			what: "rest-errors-" + state, broken: broken,
			description: fmt.Sprintf("The REST API answers at least %g %% of its requests with 5xx", percent),
			expression:  "IF(m2>0,100*m1/m2,0)", metrics: metrics, threshold: percent, period: platform.Thresholds.Errors.Period,
		}
	}
	t := platform.Thresholds.REST5xx
	return []alarm{level(degraded, false, t.Warn), level(broken, true, t.Fail)}
}

func (s stack) lambdaMetric(f platform.Function, name, stat string) metric {
	return metric{"AWS/Lambda", name, stat, []string{"FunctionName", s.env.FunctionName(f)}}
}

func sqsMetric(queue, name, stat string) metric {
	return metric{"AWS/SQS", name, stat, []string{"QueueName", queue}}
}

func (s stack) restMetric(name, stat string) metric {
	return metric{"AWS/ApiGateway", name, stat, []string{"ApiName", s.env.RESTAPIName(), "Stage", s.tier.Stage}}
}

// tableThrottles are the throttle metrics of the table and, apart, of its indexes.
func (s stack) tableThrottles() []metric {
	var metrics []metric
	for _, name := range []string{"ReadThrottleEvents", "WriteThrottleEvents"} {
		metrics = append(metrics, metric{"AWS/DynamoDB", name, "Sum", []string{"TableName", s.env.TableName()}})
		for _, index := range platform.Indexes {
			metrics = append(metrics, metric{"AWS/DynamoDB", name, "Sum", []string{"TableName", s.env.TableName(), "GlobalSecondaryIndexName", string(index)}})
		}
	}
	return metrics
}

// verdict is one alarm over all that mean broken. It tells nobody: the alarms
// below it have done so.
func (s stack) verdict() {
	var rule []string
	composite := awscloudwatch.NewCfnCompositeAlarm(s.scope, jsii.String("Verdict"), &awscloudwatch.CfnCompositeAlarmProps{
		AlarmName:        jsii.String(s.env.AlarmName("verdict")),
		AlarmDescription: jsii.String("Something in the environment is broken"),
		AlarmRule:        jsii.String("FALSE"),
	})
	for _, a := range s.alarms() {
		if a.broken {
			rule = append(rule, `ALARM("`+s.env.AlarmName(a.what)+`")`)
			composite.AddDependency(s.scope.Node().FindChild(jsii.String(pascal(a.what))).(awscdk.CfnResource))
		}
	}
	composite.SetAlarmRule(jsii.String(strings.Join(rule, " OR ")))
}
