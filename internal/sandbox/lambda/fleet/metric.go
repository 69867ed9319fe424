package fleet

import (
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// namespace is Lambda's in CloudWatch. The metrics are those of
//
//	https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
const namespace = "AWS/Lambda"

// each is a value of the function, and the same value of the account.
func each(function, name, unit string, value float64, at time.Time) []host.Datum {
	account := host.Datum{Namespace: namespace, Name: name, Value: value, Unit: unit, At: at}
	own := account
	own.Dimensions = []host.Dimension{{Name: "FunctionName", Value: function}}
	return []host.Datum{own, account}
}

// metrics are those of an invocation, at its start.
func (r *report) metrics(began time.Time) []host.Datum {
	failed := 0.0
	if r.failed() {
		failed = 1
	}
	out := each(r.Name, "Invocations", "Count", 1, began)
	out = append(out, each(r.Name, "Errors", "Count", failed, began)...)
	out = append(out, each(r.Name, "Throttles", "Count", 0, began)...)
	return append(out, each(r.Name, "Duration", "Milliseconds", 1000*r.duration.Seconds(), began)...)
}

func (l *Fleet) throttle(f Function) []host.Datum {
	return each(f.Name, "Throttles", "Count", 1, l.Clock.Now())
}

// concurrency is how many executions there are now.
func (l *Fleet) concurrency(f Function, busy int) []host.Datum {
	all := each(f.Name, "ConcurrentExecutions", "Count", float64(busy), l.Clock.Now())
	all[1].Value = float64(l.running)
	if f.Reserved != nil {
		return all
	}
	unreserved := all[1]
	unreserved.Name, unreserved.Value = "UnreservedConcurrentExecutions", float64(l.drawn)
	return append(all, unreserved)
}
