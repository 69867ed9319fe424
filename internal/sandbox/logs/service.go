// Package logs is the sandbox's Amazon CloudWatch Logs: log groups with their
// retention, log streams, events and metric filters, and the CloudFormation types
// AWS::Logs::LogGroup and AWS::Logs::MetricFilter. Events are kept by package
// events, chosen by the patterns of package pattern, and queried in the language of
// package insights.
package logs

import (
	"errors"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

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
	// archives are by the names of log groups.
	archives map[string]*archive
	delivery Delivery
	// tails is replaced rather than changed, so that readers may keep it.
	tails []*tail
	// queries are in the order of their starts; running waits for their ends.
	queries []*query
	running sync.WaitGroup
}

// New opens the service on the host's state.
func New(h *host.Host) *Service {
	s := &Service{
		host: h, groups: state.NewMap[group](h.State, "logs.group"), streams: state.NewMap[stream](h.State, "logs.stream"),
		archives: map[string]*archive{},
	}
	for _, st := range s.streams.All() {
		s.archive(st.Group).add(st)
	}
	s.sweep()
	return s
}

// Close ends Live Tail sessions, queries and the use of the files.
func (s *Service) Close() error {
	s.stop()
	s.running.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs error
	for _, a := range s.archives {
		if a.log != nil {
			errs = errors.Join(errs, a.log.Close())
		}
	}
	return errs
}

// stop asks all that runs to end.
func (s *Service) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tails {
		t.end()
	}
	for _, q := range s.queries {
		q.cancel()
	}
}

// Wire describes the service to the router.
func (s *Service) Wire() *wire.Service {
	wire.Union[types.StartLiveTailResponseStream](
		&types.StartLiveTailResponseStreamMemberSessionStart{}, &types.StartLiveTailResponseStreamMemberSessionUpdate{},
	)
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
	wire.Handle(w, s.PutLogEvents)
	wire.Handle(w, s.GetLogEvents)
	wire.Handle(w, s.FilterLogEvents)
	wire.HandleStream[cloudwatchlogs.StartLiveTailInput, cloudwatchlogs.StartLiveTailOutput](w, s.StartLiveTail)
	wire.Handle(w, s.StartQuery)
	wire.Handle(w, s.GetQueryResults)
	wire.Handle(w, s.StopQuery)
	wire.Handle(w, s.DescribeQueries)
	wire.Handle(w, s.PutMetricFilter)
	wire.Handle(w, s.TestMetricFilter)
	wire.Handle(w, s.DescribeMetricFilters)
	wire.Handle(w, s.DeleteMetricFilter)
	return w
}

// Resources lists the CloudFormation types that the service owns.
func (s *Service) Resources() []resource.Type {
	return []resource.Type{s.groupType(), s.filterType()}
}
