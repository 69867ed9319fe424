package queues

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/platform"
)

// Autopsy is what the logs say of a message's tries, the earliest first.
type Autopsy struct {
	Function platform.Function `json:"function"`
	Tries    []Try             `json:"tries"`
}

// Try is one invocation that had the message.
type Try struct {
	RequestID string    `json:"requestId,omitempty"`
	Stream    string    `json:"stream"`
	Time      time.Time `json:"time"`
	Receive   int       `json:"receive,omitempty"`
	// Done is set when the function took the message for done.
	Done bool `json:"done,omitempty"`
	// Error is why it was handed back, or how the invocation ended.
	Error string `json:"error,omitempty"`
	// Build is the function's code, where the function says it: as platform.ShortBuild has it.
	Build string `json:"build,omitempty"`
	// Lines are the log lines about the message.
	Lines []string `json:"lines,omitempty"`
}

// Fatal is the last try that says why, or else the last one; empty without any.
func (a *Autopsy) Fatal() (fatal Try) {
	for _, try := range slices.Backward(a.Tries) {
		if try.Error != "" && try.Error != platform.RefusedBefore {
			return try
		}
		if fatal.Error == "" && (try.Error != "" || fatal.Time.IsZero()) {
			fatal = try
		}
	}
	return fatal
}

// Error is why the message died, as far as the logs tell.
func (a *Autopsy) Error() string { return a.Fatal().Error }

// logLine is what is read of a function's line about a message (lambdas/batch).
type logLine struct {
	Message      string `json:"msg"`
	MessageID    string `json:"messageId"`
	RequestID    string `json:"requestId"`
	ReceiveCount int    `json:"receiveCount"`
	Error        string `json:"error"`
	Build        string `json:"build"`
}

const (
	// idsAtOnce fit a filter pattern, which has at most 1,024 characters.
	idsAtOnce = 20
	// idsApart is up to how many messages are searched for by their ids at once; more
	// of them are cheaper found among everything that was handed back, most of them.
	idsApart = 60
)

// Examine gives each message its autopsy, from the logs of the queue's consumer since
// the first receive.
func (q *Queues) Examine(ctx context.Context, name Name, messages []*Message) error {
	function := name.Queue.Spec().Consumer
	byID, since := messagesByID{}, q.Clock.Now()
	for _, m := range messages {
		m.Autopsy = &Autopsy{Function: function}
		byID[m.ID] = m
		if !m.FirstReceived.IsZero() && m.FirstReceived.Before(since) {
			since = m.FirstReceived
		}
	}
	if len(messages) > idsApart {
		if err := q.look(ctx, byID, function, []string{`"` + platform.HandedBack + `"`}, since); err != nil {
			return err
		}
	}
	if err := q.look(ctx, byID, function, anyOf(byID.untold()), since); err != nil {
		return err
	}
	return q.explain(ctx, function, messages, since)
}

// look notes the lines that any of the patterns finds.
func (q *Queues) look(ctx context.Context, byID messagesByID, function platform.Function, patterns []string, since time.Time) error {
	for _, pattern := range patterns {
		for event, err := range q.events(ctx, function, pattern, since) {
			if err != nil {
				return err
			}
			byID.note(event)
		}
	}
	return nil
}

type messagesByID map[string]*Message

// untold are the ids of those of which no try is known, in order.
func (all messagesByID) untold() (ids []string) {
	for id, m := range all {
		if len(m.Autopsy.Tries) == 0 {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// note adds a line about a message to the try that it belongs to.
func (all messagesByID) note(event types.FilteredLogEvent) {
	text := strings.TrimSpace(aws.ToString(event.Message))
	var line logLine
	if json.Unmarshal([]byte(text), &line) != nil || all[line.MessageID] == nil {
		return
	}
	a := all[line.MessageID].Autopsy
	i := slices.IndexFunc(a.Tries, func(t Try) bool {
		return t.RequestID == line.RequestID && t.Stream == aws.ToString(event.LogStreamName) && t.Receive == line.ReceiveCount
	})
	if i < 0 {
		i = len(a.Tries)
		a.Tries = append(a.Tries, Try{
			RequestID: line.RequestID, Stream: aws.ToString(event.LogStreamName), Receive: line.ReceiveCount,
			Time: time.UnixMilli(aws.ToInt64(event.Timestamp)).UTC(),
		})
	}
	try := &a.Tries[i]
	try.Lines = append(try.Lines, text)
	try.Done = try.Done || line.Message == platform.Done
	try.Build = cmp.Or(line.Build, try.Build)
	if line.Message == platform.HandedBack {
		try.Error = line.Error
	}
}

// explain finds how invocations ended that said neither: they timed out or crashed. Of
// many messages it looks at the last try alone.
func (q *Queues) explain(ctx context.Context, function platform.Function, messages []*Message, since time.Time) error {
	open := map[string][]*Try{}
	for _, m := range messages {
		tries := m.Autopsy.Tries
		if len(messages) > idsApart {
			tries = tries[max(0, len(tries)-1):]
		}
		for i := range tries {
			if try := &tries[i]; try.Error == "" && !try.Done && try.RequestID != "" {
				open[try.RequestID] = append(open[try.RequestID], try)
			}
		}
	}
	for _, pattern := range anyOf(slices.Sorted(maps.Keys(open))) {
		for event, err := range q.events(ctx, function, pattern, since) {
			if err != nil {
				return err
			}
			text := strings.TrimSpace(aws.ToString(event.Message))
			if ended := howItEnded(text); ended != "" {
				for id, tries := range open {
					if strings.Contains(text, id) {
						for _, try := range tries {
							try.Error, try.Lines = ended, append(try.Lines, text)
						}
					}
				}
			}
		}
	}
	return nil
}

// What Lambda says of an invocation that failed as a whole.
const (
	timedOut = "Task timed out"
	exited   = "Runtime exited"
)

// howItEnded reads a line of Lambda's own about an invocation that failed as a whole.
func howItEnded(line string) string {
	if _, after, ok := strings.Cut(line, timedOut); ok {
		return "timed out" + after
	}
	if _, after, ok := strings.Cut(line, exited); ok {
		return "runtime exited" + after
	}
	return ""
}

// anyOf makes the patterns that find lines with any of the ids.
func anyOf(ids []string) []string {
	var out []string
	for chunk := range slices.Chunk(ids, idsAtOnce) {
		out = append(out, `?"`+strings.Join(chunk, `" ?"`)+`"`)
	}
	return out
}

// events are the lines of a function since a time that a pattern finds, in the order
// of FilterLogEvents. A log group that is not there has none.
func (q *Queues) events(ctx context.Context, function platform.Function, pattern string, since time.Time) iter.Seq2[types.FilteredLogEvent, error] {
	return func(yield func(types.FilteredLogEvent, error) bool) {
		in := &cloudwatchlogs.FilterLogEventsInput{
			LogGroupName: new(q.Environment.FunctionLogGroup(function)), FilterPattern: &pattern, StartTime: new(since.UnixMilli()),
		}
		for {
			out, err := q.Logs.FilterLogEvents(ctx, in)
			if err != nil {
				if !missing(err) {
					yield(types.FilteredLogEvent{}, err)
				}
				return
			}
			for _, event := range out.Events {
				if !yield(event, nil) {
					return
				}
			}
			if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
				return
			}
		}
	}
}

func missing(err error) bool {
	_, ok := errors.AsType[*types.ResourceNotFoundException](err)
	return ok
}
