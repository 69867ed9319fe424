package logs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// stream is what is kept of a log stream. The times of events are absent as long
// as it has none.
type stream struct {
	Group, Name  string
	Created      time.Time
	First, Last  *time.Time
	LastIngested *time.Time
}

var streamGrammar = lazy.Regexp(`^[^:*]{1,512}$`)

func streamKey(group, name string) string { return group + ":" + name }

// CreateLogStream makes a log stream.
func (s *Service) CreateLogStream(_ context.Context, in *cloudwatchlogs.CreateLogStreamInput) (*cloudwatchlogs.CreateLogStreamOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := aws.ToString(in.LogStreamName)
	if !streamGrammar().MatchString(name) {
		return nil, constraint(name, "logStreamName", `satisfy regular expression pattern: [^:*]*`)
	}
	g, err := s.find(in.LogGroupName)
	if err != nil {
		return nil, err
	}
	if _, ok := s.streams.Get(streamKey(g.Name, name)); ok {
		return nil, &types.ResourceAlreadyExistsException{Message: new("The specified log stream already exists")}
	}
	s.streams.Set(streamKey(g.Name, name), stream{Group: g.Name, Name: name, Created: s.host.Clock.Now()})
	return &cloudwatchlogs.CreateLogStreamOutput{}, nil
}

// DeleteLogStream removes a log stream with its events.
func (s *Service) DeleteLogStream(_ context.Context, in *cloudwatchlogs.DeleteLogStreamInput) (*cloudwatchlogs.DeleteLogStreamOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.find(in.LogGroupName)
	if err != nil {
		return nil, err
	}
	key := streamKey(g.Name, aws.ToString(in.LogStreamName))
	if _, ok := s.streams.Get(key); !ok {
		return nil, &types.ResourceNotFoundException{Message: new("The specified log stream does not exist.")}
	}
	s.streams.Delete(key)
	return &cloudwatchlogs.DeleteLogStreamOutput{}, nil
}

// DescribeLogStreams lists the streams of a log group by name, or by the time of
// their last event.
func (s *Service) DescribeLogStreams(_ context.Context, in *cloudwatchlogs.DescribeLogStreamsInput) (*cloudwatchlogs.DescribeLogStreamsOutput, error) {
	byTime := in.OrderBy == types.OrderByLastEventTime
	if byTime && in.LogStreamNamePrefix != nil {
		return nil, invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
	}
	id := in.LogGroupName
	if id == nil {
		id = in.LogGroupIdentifier
	}
	g, err := s.find(id)
	if err != nil {
		return nil, err
	}
	var found []stream
	for key, each := range s.streams.All() {
		if strings.HasPrefix(key, streamKey(g.Name, aws.ToString(in.LogStreamNamePrefix))) {
			found = append(found, each)
		}
	}
	order := streamOrder(byTime, aws.ToBool(in.Descending))
	slices.SortFunc(found, func(a, b stream) int { return strings.Compare(order(a), order(b)) })
	some, next, err := cut(found, order, in.NextToken, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &cloudwatchlogs.DescribeLogStreamsOutput{LogStreams: []types.LogStream{}, NextToken: next}
	for _, each := range some {
		out.LogStreams = append(out.LogStreams, s.describeStream(each))
	}
	return out, nil
}

// streamOrder gives the key by which the caller wants streams in order. A
// descending key has its bytes turned around, so that it too can be sorted and
// paged upwards.
func streamOrder(byTime, descending bool) func(stream) string {
	ascending := func(st stream) string {
		if byTime {
			return fmt.Sprintf("%020d", max(aws.ToTime(st.Last).UnixMilli(), 0)) + st.Name
		}
		return st.Name
	}
	if !descending {
		return ascending
	}
	return func(st stream) string {
		key := []byte(ascending(st))
		for i := range key {
			key[i] = ^key[i]
		}
		return string(append(key, 0xff))
	}
}

func (s *Service) describeStream(st stream) types.LogStream {
	millis := func(t *time.Time) *int64 {
		if t == nil {
			return nil
		}
		return new(t.UnixMilli())
	}
	return types.LogStream{
		LogStreamName: &st.Name, Arn: new(s.arn(st.Group) + ":log-stream:" + st.Name), CreationTime: millis(&st.Created),
		FirstEventTimestamp: millis(st.First), LastEventTimestamp: millis(st.Last), LastIngestionTime: millis(st.LastIngested),
		StoredBytes: new(int64(0)),
	}
}
