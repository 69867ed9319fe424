package apigatewayv2

import (
	"strconv"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/record"
)

// report writes the event's access log line, and counts it.
func (e *event) report(status int) {
	e.variables["status"] = strconv.Itoa(status)
	switch e.RequestContext.EventType {
	case "CONNECT":
		e.count("ConnectCount", 1)
	case "MESSAGE":
		e.count("MessageCount", 1)
	}
	if e.integration >= 0 {
		e.publish("IntegrationLatency", "Milliseconds", float64(e.integration)/float64(time.Millisecond))
	}
	stage, _ := e.service.stages.Get(record.Key(e.connection.api, e.connection.stage))
	if log := stage.Properties.AccessLogSettings; log != nil {
		e.service.account.LogAccess(value(log.DestinationArn), value(log.Format), func(name string) string { return e.variables[name] })
	}
}

func (e *event) count(metric string, n float64) { e.publish(metric, "Count", n) }

// publish is by API, by stage and, where the stage asks for it, by route (API
// Gateway Developer Guide, "Monitor WebSocket API execution with CloudWatch
// metrics").
func (e *event) publish(metric, unit string, v float64) {
	c := e.connection
	sets := c.dimensions()
	if *or(e.service.settings(c, e.RequestContext.RouteKey).DetailedMetricsEnabled, false) {
		sets = append(sets, []host.Dimension{sets[1][0], {Name: "Route", Value: e.RequestContext.RouteKey}, sets[1][1]})
	}
	e.service.measure(sets, metric, unit, v)
}

// dimensions are those of the API, and of the stage.
func (c *connection) dimensions() [][]host.Dimension {
	api, stage := host.Dimension{Name: "ApiId", Value: c.api}, host.Dimension{Name: "Stage", Value: c.stage}
	return [][]host.Dimension{{api}, {api, stage}}
}

func (s *Service) measure(sets [][]host.Dimension, metric, unit string, v float64) {
	for _, dimensions := range sets {
		s.host.Measure(host.Datum{Namespace: "AWS/ApiGateway", Name: metric, Dimensions: dimensions, Value: v, Unit: unit})
	}
}
