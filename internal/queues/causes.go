package queues

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/keyvex/keyvex/internal/lazy"
	"github.com/keyvex/keyvex/internal/platform"
)

// Cause is a group of dead messages that died alike.
type Cause struct {
	// Fingerprint is the error without what differs from message to message; empty
	// where the logs say nothing.
	Fingerprint string
	Function    platform.Function
	// Build is whose try the last was.
	Build Build
	// Hour is the hour of the last tries, zero without any.
	Hour     time.Time
	Messages int
	// First and Last are the times of the group's last tries.
	First, Last time.Time
	// Error and Example are one message's.
	Error, Example string
}

// Build tells the deployed code of a function from what was there before. Lambda keeps
// only the time of the last change, of code or configuration.
type Build string

// The builds. It is empty where that is not known.
const (
	CurrentBuild Build = "current"
	EarlierBuild Build = "earlier"
)

// deployed is when the function last changed, zero where that is not known.
func (q *Queues) deployed(ctx context.Context, f platform.Function) time.Time {
	out, err := q.Consumers.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: new(q.Environment.FunctionName(f))})
	if err != nil {
		return time.Time{}
	}
	at, err := time.Parse(lambdaTime, aws.ToString(out.LastModified))
	if err != nil {
		return time.Time{}
	}
	return at
}

// lambdaTime is how Lambda writes LastModified.
const lambdaTime = "2006-01-02T15:04:05.000-0700"

func buildOf(try, deployed time.Time) Build {
	switch {
	case try.IsZero() || deployed.IsZero():
		return ""
	case try.Before(deployed):
		return EarlierBuild
	}
	return CurrentBuild
}

// examineAtOnce bounds how many messages are kept while their tries are looked for.
const examineAtOnce = 1000

// Causes groups the dead messages of a queue by why they died, the largest group
// first. It peeks.
func (q *Queues) Causes(ctx context.Context, name Name, s Selection) ([]Cause, error) {
	groups, deployed := map[Cause]*Cause{}, q.deployed(ctx, name.Queue.Spec().Consumer)
	var some []*Message
	examine := func() error {
		if err := q.Examine(ctx, name, some); err != nil {
			return err
		}
		for _, m := range some {
			if s.Match(m) {
				addCause(groups, m, deployed)
			}
		}
		some = some[:0]
		return nil
	}
	all := s
	all.Where = nil
	for m, err := range q.Peek(ctx, name.DeadLetter(), PeekOptions{Selection: all}) {
		if err != nil {
			return nil, err
		}
		if some = append(some, m); len(some) == examineAtOnce {
			if err := examine(); err != nil {
				return nil, err
			}
		}
	}
	if err := examine(); err != nil {
		return nil, err
	}
	out := make([]Cause, 0, len(groups))
	for cause := range maps.Values(groups) {
		out = append(out, *cause)
	}
	slices.SortFunc(out, func(a, b Cause) int {
		return cmp.Or(cmp.Compare(b.Messages, a.Messages), a.Hour.Compare(b.Hour), strings.Compare(a.Fingerprint, b.Fingerprint), cmp.Compare(a.Build, b.Build))
	})
	return out, nil
}

func addCause(groups map[Cause]*Cause, m *Message, deployed time.Time) {
	var last time.Time
	if tries := m.Autopsy.Tries; len(tries) > 0 {
		last = tries[len(tries)-1].Time
	}
	why := m.Autopsy.Error()
	key := Cause{Fingerprint: Fingerprint(why), Function: m.Autopsy.Function, Build: buildOf(last, deployed), Hour: last.Truncate(time.Hour)}
	group := groups[key]
	if group == nil {
		group = new(key)
		group.First, group.Error, group.Example = last, why, m.ID
		groups[key] = group
	}
	group.Messages++
	if last.Before(group.First) {
		group.First = last
	}
	if last.After(group.Last) {
		group.Last = last
	}
}

// what differs between errors that are the same: ids, addresses, quoted values, numbers.
var (
	identifiers = lazy.Regexp(`(?i)\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b(?:req|chatcmpl|msg|job)[-_][A-Za-z0-9_-]{6,}|\b[0-9a-f]{16,}\b`)
	numbers     = lazy.Regexp(`\d+(?:\.\d+)*`)
)

// Fingerprint is an error's text without what differs from one occurrence to the next.
// HTTP status codes stay: they tell errors apart.
func Fingerprint(text string) string {
	text = identifiers().ReplaceAllString(text, "#")
	return numbers().ReplaceAllStringFunc(text, func(n string) string {
		if len(n) == 3 && n >= "400" && n <= "599" {
			return n
		}
		return "#"
	})
}
