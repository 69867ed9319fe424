package logs

import (
	"context"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/logs/events"
	"github.com/keyvex/keyvex/internal/sandbox/logs/pattern"
)

// What a Live Tail session is bound to.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html
const (
	maxTails      = 15
	maxTailGroups = 10
	maxTailEvents = 500
	tailInterval  = time.Second
	maxTail       = 3 * time.Hour
)

// tail is a Live Tail session.
type tail struct {
	groups          []string
	pattern         *pattern.Pattern
	names, prefixes []string
	// end ends the session.
	end context.CancelFunc

	mu      sync.Mutex
	pending []types.LiveTailSessionLogEvent
	sampled bool
}

// StartLiveTail begins a session, which shows once a second what has been put into
// its log groups since the last time: the first 500 events of a second, marked as
// sampled if there were more.
func (s *Service) StartLiveTail(ctx context.Context, in *cloudwatchlogs.StartLiveTailInput) (iter.Seq2[types.StartLiveTailResponseStream, error], error) {
	t, err := newTail(in)
	if err != nil {
		return nil, err
	}
	ctx, t.end = context.WithCancel(ctx)
	if err := s.join(t, in.LogGroupIdentifiers); err != nil {
		t.end()
		return nil, err
	}
	start := types.LiveTailSessionStart{
		LogEventFilterPattern: new(aws.ToString(in.LogEventFilterPattern)), LogGroupIdentifiers: in.LogGroupIdentifiers,
		LogStreamNames: in.LogStreamNames, LogStreamNamePrefixes: in.LogStreamNamePrefixes, RequestId: new(s.uuid()), SessionId: new(s.uuid()),
	}
	return func(yield func(types.StartLiveTailResponseStream, error) bool) {
		defer s.leave(t)
		if yield(&types.StartLiveTailResponseStreamMemberSessionStart{Value: start}, nil) {
			s.follow(ctx, t, yield)
		}
	}, nil
}

func newTail(in *cloudwatchlogs.StartLiveTailInput) (*tail, error) {
	p, err := parsePattern(in.LogEventFilterPattern)
	switch n := len(in.LogGroupIdentifiers); {
	case err != nil:
		return nil, err
	case n < 1 || n > maxTailGroups:
		return nil, constraint(n, "logGroupIdentifiers", "have length between 1 and 10")
	case len(in.LogStreamNames) > 0 && len(in.LogStreamNamePrefixes) > 0:
		return nil, invalid("You can specify either logStreamNames or logStreamNamePrefixes, but not both.")
	case n > 1 && len(in.LogStreamNames)+len(in.LogStreamNamePrefixes) > 0:
		return nil, invalid("Log streams can be specified only if there is one log group.")
	}
	return &tail{pattern: p, names: in.LogStreamNames, prefixes: in.LogStreamNamePrefixes}, nil
}

// join lets a session see what is put from now on.
func (s *Service) join(t *tail, identifiers []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range identifiers {
		g, err := s.find(&id)
		if err != nil {
			return err
		}
		t.groups = append(t.groups, g.Name)
	}
	if len(s.tails) >= maxTails {
		return &types.LimitExceededException{Message: new("The number of concurrent Live Tail sessions is at its limit.")}
	}
	s.tails = append(slices.Clone(s.tails), t)
	return nil
}

func (s *Service) leave(t *tail) {
	t.end()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tails = slices.DeleteFunc(slices.Clone(s.tails), func(other *tail) bool { return other == t })
}

// follow sends updates until the client goes or the session has lasted too long.
func (s *Service) follow(ctx context.Context, t *tail, yield func(types.StartLiveTailResponseStream, error) bool) {
	started := s.host.Clock.Now()
	for clock.Sleep(ctx, s.host.Clock, tailInterval) == nil {
		if s.host.Clock.Now().Sub(started) >= maxTail {
			yield(nil, &types.SessionTimeoutException{Message: new("Live Tail session timed out.")})
			return
		}
		if !yield(&types.StartLiveTailResponseStreamMemberSessionUpdate{Value: t.update()}, nil) {
			return
		}
	}
}

// update takes what the session has to show.
func (t *tail) update() types.LiveTailSessionUpdate {
	t.mu.Lock()
	defer t.mu.Unlock()
	shown := types.LiveTailSessionUpdate{
		SessionMetadata: &types.LiveTailSessionMetadata{Sampled: t.sampled}, SessionResults: append([]types.LiveTailSessionLogEvent{}, t.pending...),
	}
	t.pending, t.sampled = nil, false
	return shown
}

// offer shows a session what has been put.
func (t *tail) offer(d destination, now time.Time, entries []events.Entry) {
	if !slices.Contains(t.groups, d.group.Name) || !t.follows(d.stream.Name) {
		return
	}
	for _, e := range entries {
		if t.pattern.Match(e.Message) {
			t.add(types.LiveTailSessionLogEvent{
				IngestionTime: new(now.UnixMilli()), LogGroupIdentifier: &d.group.Name, LogStreamName: &d.stream.Name,
				Message: &e.Message, Timestamp: &e.Timestamp,
			})
		}
	}
}

func (t *tail) follows(stream string) bool {
	return len(t.names)+len(t.prefixes) == 0 || slices.Contains(t.names, stream) ||
		slices.ContainsFunc(t.prefixes, func(prefix string) bool { return strings.HasPrefix(stream, prefix) })
}

func (t *tail) add(e types.LiveTailSessionLogEvent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.pending) == maxTailEvents {
		t.sampled = true
		return
	}
	t.pending = append(t.pending, e)
}

// uuid draws an id of that form.
func (s *Service) uuid() string {
	parts := make([]string, 0, 5)
	for _, n := range []int{8, 4, 4, 4, 12} {
		parts = append(parts, s.host.ID(host.Hex, n))
	}
	return strings.Join(parts, "-")
}
