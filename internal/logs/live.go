package logs

import (
	"context"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/clock"
)

// renewAfter is how long a Live Tail session is used. AWS ends one after 3 hours.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html
const renewAfter = 2*time.Hour + 50*time.Minute

// live takes lines from Live Tail, which shows them a second after they have been
// put. It tells nothing of what was before its session, between two of them, or over
// 500 lines a second: the pollers read that.
type live struct {
	*follower
	groups   []*source
	counts   *tally
	random   *rand.Rand
	failures int
	sampled  time.Time
}

func newLive(f *follower, groups []*source) *live {
	return &live{follower: f, groups: groups, counts: newTally(), random: randomness(f.options.Random)}
}

// run keeps a session open until ctx is done.
func (l *live) run(ctx context.Context) {
	for ctx.Err() == nil {
		err := l.session(ctx)
		l.kickAll() // the pollers read what no session has shown
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			continue
		}
		l.failures++
		notice := &Notice{Matter: LiveEnded, Group: -1, After: backoff(l.failures, l.random), Err: err}
		if l.tell(ctx, report{notice: notice}) != nil || clock.Sleep(ctx, l.options.Clock, notice.After) != nil {
			return
		}
	}
}

// session shows lines until it has to be renewed, or fails.
func (l *live) session(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer l.options.Clock.AfterFunc(renewAfter, cancel)()
	in, present := l.input()
	if present == 0 {
		return clock.Sleep(ctx, l.options.Clock, pollMissing)
	}
	out, err := l.api.StartLiveTail(ctx, in, once)
	if err != nil {
		return err
	}
	stream := out.GetStream()
	defer func() { _ = stream.Close() }() // it ends either way
	l.kickAll()                           // once more from here on: the session has begun
	for {
		select {
		case e, open := <-stream.Events():
			if !open {
				return stream.Err()
			}
			if update, ok := e.(*types.StartLiveTailResponseStreamMemberSessionUpdate); ok {
				l.failures = 0
				if err := l.update(ctx, update.Value); err != nil {
					return nil
				}
				if _, now := l.input(); now != present {
					return nil
				}
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// input asks for the groups that there are, and says how many.
func (l *live) input() (*cloudwatchlogs.StartLiveTailInput, int) {
	in := &cloudwatchlogs.StartLiveTailInput{}
	if l.options.Pattern != "" {
		in.LogEventFilterPattern = &l.options.Pattern
	}
	for i, g := range l.options.Groups {
		if l.present[i].Load() {
			in.LogGroupIdentifiers = append(in.LogGroupIdentifiers, l.arn(g.Name))
		}
	}
	return in, len(in.LogGroupIdentifiers)
}

// arn names a log group as Live Tail wants it.
func (l *live) arn(group string) string {
	partition := "aws"
	switch {
	case strings.HasPrefix(l.options.Region, "cn-"):
		partition = "aws-cn"
	case strings.HasPrefix(l.options.Region, "us-gov-"):
		partition = "aws-us-gov"
	}
	return strings.Join([]string{"arn", partition, "logs", l.options.Region, l.options.Account, "log-group", group}, ":")
}

// update hands on what a second has brought.
func (l *live) update(ctx context.Context, u types.LiveTailSessionUpdate) error {
	byGroup := map[int]*report{}
	for _, e := range u.SessionResults {
		group := l.find(aws.ToString(e.LogGroupIdentifier))
		if group < 0 {
			continue
		}
		if byGroup[group] == nil {
			byGroup[group] = &report{group: group}
		}
		line := Line{
			Stream: aws.ToString(e.LogStreamName), Message: aws.ToString(e.Message),
			Timestamp: aws.ToInt64(e.Timestamp), Ingestion: aws.ToInt64(e.IngestionTime),
		}
		r := byGroup[group]
		r.lines, r.keys = append(r.lines, line), append(r.keys, l.counts.key(line))
	}
	l.counts.forget(l.now() - 2*Window.Milliseconds())
	for _, r := range byGroup {
		if err := l.tell(ctx, *r); err != nil {
			return err
		}
	}
	if u.SessionMetadata != nil && u.SessionMetadata.Sampled {
		return l.left(ctx)
	}
	return nil
}

// left has the pollers read what AWS left out.
func (l *live) left(ctx context.Context) error {
	l.kickAll()
	if now := l.options.Clock.Now(); now.Sub(l.sampled) > gapAfter {
		l.sampled = now
		return l.tell(ctx, report{notice: &Notice{Matter: Sampled, Group: -1}})
	}
	return nil
}

// find is the group that an identifier means: an ARN, an account with a name, or a
// name. -1 stands for none.
func (l *live) find(identifier string) int {
	for i, g := range l.options.Groups {
		if identifier == g.Name || strings.HasSuffix(identifier, ":"+g.Name) {
			return i
		}
	}
	return -1
}

func (l *live) kickAll() {
	for _, g := range l.groups {
		select {
		case g.kick <- struct{}{}:
		default:
		}
	}
}

// tell hands a report over; no answer comes.
func (l *live) tell(ctx context.Context, r report) error {
	r.live = true
	select {
	case l.reports <- r:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
