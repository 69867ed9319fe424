package overview

import (
	"net/url"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/platform"
)

// Link is the address of what is under the cursor in AWS's own console. The local
// platform has none.
func (o *Overview) Link() string {
	env, region, r := o.Environment, o.shown.Region, o.under().Resource
	if env.IsLocal() || region == "" {
		return ""
	}
	at := func(service, place string) string {
		return "https://" + region + ".console.aws.amazon.com/" + service + "/home?region=" + region + "#" + place
	}
	switch r.Kind {
	case metrics.KindFunction:
		return at("lambda", "/functions/"+env.FunctionName(platform.Function(r.Name)))
	case metrics.KindQueue:
		queue := "https://sqs." + region + ".amazonaws.com/" + o.shown.Account + "/" + env.QueueName(platform.Queue(r.Name))
		return at("sqs/v3", "/queues/"+url.QueryEscape(queue))
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
