package apigateway

import (
	"net/http"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// report writes the access log line of an answered request, and its metrics.
func (e *execution) report(a answer) {
	e.variables.Set("status", int64(a.status))
	e.variables.Set("responseLength", int64(len(a.body)))
	latency := e.service.host.Clock.Now().Sub(e.start)
	e.variables.Set("responseLatency", latency.Milliseconds())
	if log := e.stage.Properties.AccessLogSetting; log != nil {
		e.service.LogAccess(value(log.DestinationArn), value(log.Format), func(name string) string { return lookup(e.variables, name) })
	}
	e.measure(a.status, latency)
}

// measure publishes by API, by stage and, where the stage asks for it, by method
// (API Gateway Developer Guide, "Amazon API Gateway dimensions and metrics").
func (e *execution) measure(status int, latency time.Duration) {
	api := host.Dimension{Name: "ApiName", Value: e.api.Properties.Name}
	stage := host.Dimension{Name: "Stage", Value: e.stage.ID}
	sets := [][]host.Dimension{{api}, {api, stage}}
	if setting, ok := e.setting(); ok && isTrue(setting.MetricsEnabled) && e.method.Path != "" {
		sets = append(sets, []host.Dimension{api, {Name: "Method", Value: e.request.Method}, {Name: "Resource", Value: e.method.Path}, stage})
	}
	var data []host.Datum
	for _, dimensions := range sets {
		add := func(name, unit string, v float64) {
			data = append(data, host.Datum{Namespace: "AWS/ApiGateway", Name: name, Dimensions: dimensions, Value: v, Unit: unit})
		}
		add("Count", "Count", 1)
		add("4XXError", "Count", one(status >= http.StatusBadRequest && status < http.StatusInternalServerError))
		add("5XXError", "Count", one(status >= http.StatusInternalServerError))
		add("Latency", "Milliseconds", milliseconds(latency))
		if e.integration >= 0 {
			add("IntegrationLatency", "Milliseconds", milliseconds(e.integration))
		}
	}
	e.service.host.Measure(data...)
}

func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
