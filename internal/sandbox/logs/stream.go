package logs

import (
	"context"
	"time"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// stream is what is kept of a log stream.
type stream struct {
	Group, Name string
	// Number stands for the name where its events are kept. Another stream never
	// gets it, be it of the same name.
	Number  uint32
	Created time.Time
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
	s.addStream(g, name)
	return &cloudwatchlogs.CreateLogStreamOutput{}, nil
}

// addStream makes a log stream. The caller holds mu.
func (s *Service) addStream(g group, name string) {
	g.Streams++
	st := stream{Group: g.Name, Name: name, Number: g.Streams, Created: s.host.Clock.Now()}
	s.host.State.Commit(s.groups.Put(g.Name, g), s.streams.Put(streamKey(g.Name, name), st))
	s.archive(g.Name).add(st)
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
	st, ok := s.streams.Get(key)
	if !ok {
		return nil, noStream()
	}
	s.streams.Delete(key)
	s.archive(g.Name).remove(st)
	return &cloudwatchlogs.DeleteLogStreamOutput{}, nil
}
