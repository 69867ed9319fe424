// Package logs is the sandbox's Amazon CloudWatch Logs: log groups with their
// retention, log streams and metric filters, and the CloudFormation types
// AWS::Logs::LogGroup and AWS::Logs::MetricFilter.
package logs

import (
	"sync"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Service holds the account's log groups. Its methods that bear an operation's
// name are that operation, and may be called directly.
type Service struct {
	host *host.Host

	mu     sync.Mutex
	groups *state.Map[group]
	// streams are keyed "group:stream"; neither name can have a colon.
	streams *state.Map[stream]
}

// New opens the service on the host's state.
func New(h *host.Host) *Service {
	return &Service{
		host: h, groups: state.NewMap[group](h.State, "logs.group"), streams: state.NewMap[stream](h.State, "logs.stream"),
	}
}

// Wire describes the service to the router.
func (s *Service) Wire() *wire.Service {
	w := &wire.Service{
		Name: "logs", Protocols: []wire.Protocol{wire.JSON11}, TargetPrefix: "Logs_20140328", Version: "2014-03-28", LowerCamel: true,
	}
	wire.Handle(w, s.CreateLogGroup)
	wire.Handle(w, s.DescribeLogGroups)
	wire.Handle(w, s.DeleteLogGroup)
	wire.Handle(w, s.PutRetentionPolicy)
	wire.Handle(w, s.DeleteRetentionPolicy)
	wire.Handle(w, s.TagResource)
	wire.Handle(w, s.UntagResource)
	wire.Handle(w, s.ListTagsForResource)
	wire.Handle(w, s.TagLogGroup)
	wire.Handle(w, s.UntagLogGroup)
	wire.Handle(w, s.ListTagsLogGroup)
	wire.Handle(w, s.CreateLogStream)
	wire.Handle(w, s.DescribeLogStreams)
	wire.Handle(w, s.DeleteLogStream)
	wire.Handle(w, s.PutMetricFilter)
	wire.Handle(w, s.DescribeMetricFilters)
	wire.Handle(w, s.DeleteMetricFilter)
	return w
}

// Resources lists the CloudFormation types that the service owns.
func (s *Service) Resources() []resource.Type {
	return []resource.Type{s.groupType(), s.filterType()}
}
