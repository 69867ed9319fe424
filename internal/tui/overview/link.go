package overview

import (
	"net/url"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/platform"
)

// Link is the address of what is under the cursor in AWS's own console.
func (o *Overview) Link() string {
	env, at, r := o.Environment, o.host.AWSConsole, o.under().Resource
	switch r.Kind {
	case metrics.KindFunction:
		return at("lambda", "/functions/"+env.FunctionName(platform.Function(r.Name)))
	case metrics.KindQueue:
		return o.host.QueueConsole(env.QueueName(platform.Queue(r.Name)))
	case metrics.KindTable:
		return at("dynamodbv2", "table?name="+env.TableName())
	case metrics.KindAlarm:
		if alarm, ok := o.alarm(r.Name); ok {
			return at("cloudwatch", "alarmsV2:alarm/"+url.PathEscape(alarm.Physical))
		}
	case metrics.KindStack, metrics.KindChanges:
		return at("cloudformation", "/stacks")
	}
	return at("cloudwatch", "dashboards/dashboard/"+env.DashboardName())
}
