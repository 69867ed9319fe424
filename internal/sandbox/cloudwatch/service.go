// Package cloudwatch is the sandbox's CloudWatch: metrics, and alarms that watch
// them, with their history and actions; composite alarms, mute rules, dashboards.
//
// The values are in package series, metric math in package expression. Once a
// minute (tick.go) gauges are read, closed buckets are written, and the alarms are
// evaluated (evaluate.go, judge.go).
package cloudwatch

import (
	"net/http"
	"path/filepath"
	"sync"

	"github.com/keyvex/keyvex/internal/sandbox/cloudwatch/series"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Service is CloudWatch of the one account and region.
type Service struct {
	host       *host.Host
	mu         sync.Mutex
	alarms     *state.Map[alarm]
	history    *state.Map[event]
	dashboards *state.Map[dashboard]
	mutes      *state.Map[muteRule]
	series     *series.Store
	topics     Topics
	// transitions are the changes of state whose actions are yet to be carried out.
	transitions []transition
	ticker      ticker
}

// New opens CloudWatch on the host's state. Close ends what it does by itself.
func New(h *host.Host) *Service {
	s := &Service{
		host:       h,
		alarms:     state.NewMap[alarm](h.State, "cloudwatch.alarms"),
		history:    state.NewMap[event](h.State, "cloudwatch.history"),
		dashboards: state.NewMap[dashboard](h.State, "cloudwatch.dashboards"),
		mutes:      state.NewMap[muteRule](h.State, "cloudwatch.muteRules"),
		series:     series.Open(folder(h)),
	}
	if s.alarms.Len() > 0 {
		s.start()
	}
	return s
}

// folder is where the values of metrics are, empty for in memory.
func folder(h *host.Host) string {
	if h.Folder == "" {
		return ""
	}
	return filepath.Join(h.Folder, "metrics")
}

// Wire registers the operations.
func (s *Service) Wire() *wire.Service {
	w := &wire.Service{
		Name:         "monitoring",
		Protocols:    []wire.Protocol{wire.CBOR, wire.JSON10, wire.Query},
		TargetPrefix: "GraniteServiceVersion20100801",
		Version:      "2010-08-01",
		Namespace:    "http://monitoring.amazonaws.com/doc/2010-08-01/",
		Errors: map[string]wire.ErrorTrait{
			"DashboardInvalidInputError":           {Code: "InvalidParameterInput"},
			"DashboardNotFoundError":               {Code: "ResourceNotFound", Status: http.StatusNotFound},
			"InvalidParameterValueException":       {Code: "InvalidParameterValue"},
			"InvalidParameterCombinationException": {Code: "InvalidParameterCombination"},
			"MissingRequiredParameterException":    {Code: "MissingParameter"},
			"ResourceNotFound":                     {Status: http.StatusNotFound},
			"ResourceNotFoundException":            {Status: http.StatusNotFound},
		},
	}
	wire.Handle(w, s.PutMetricAlarm)
	wire.Handle(w, s.PutCompositeAlarm)
	wire.Handle(w, s.DescribeAlarms)
	wire.Handle(w, s.DescribeAlarmHistory)
	wire.Handle(w, s.DeleteAlarms)
	wire.Handle(w, s.SetAlarmState)
	wire.Handle(w, s.EnableAlarmActions)
	wire.Handle(w, s.DisableAlarmActions)
	wire.Handle(w, s.DescribeAlarmsForMetric)
	wire.Handle(w, s.PutAlarmMuteRule)
	wire.Handle(w, s.GetAlarmMuteRule)
	wire.Handle(w, s.ListAlarmMuteRules)
	wire.Handle(w, s.DeleteAlarmMuteRule)
	wire.Handle(w, s.PutMetricData)
	wire.Handle(w, s.GetMetricData)
	wire.Handle(w, s.GetMetricStatistics)
	wire.Handle(w, s.ListMetrics)
	wire.Handle(w, s.PutDashboard)
	wire.Handle(w, s.GetDashboard)
	wire.Handle(w, s.ListDashboards)
	wire.Handle(w, s.DeleteDashboards)
	wire.Handle(w, s.TagResource)
	wire.Handle(w, s.UntagResource)
	wire.Handle(w, s.ListTagsForResource)
	return w
}

// Resources are the CloudFormation types that CloudWatch owns.
func (s *Service) Resources() []resource.Type {
	return []resource.Type{s.alarmType(), s.compositeType(), s.dashboardType()}
}
