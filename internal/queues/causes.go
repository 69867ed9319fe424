package queues

import (
	"cmp"
	"context"
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
	// Build is the code that had the last try, as platform.ShortBuild has it; empty where
	// that is not known. Era tells it from what is deployed now.
	Build string
	Era   Era
	// Hour is the hour of the last tries, zero without any.
	Hour time.Time
	// IDs are the messages.
	IDs []string
	// First and Last are the times of the group's last tries.
	First, Last time.Time
	// Error is one message's, the first of the IDs.
	Error string
}

// Era tells what is deployed now from what was before; empty where that is not known.
type Era string

// The eras.
const (
	Now    Era = "now"
	Before Era = "before"
)

// Deployment is the code that a function runs now.
type Deployment struct {
	// Build is its bundle's hash as platform.ShortBuild has it, empty where that is not known.
	Build string
	// Since is when code or configuration changed last, zero where that is not known.
	Since time.Time
}

// Deployed is what the consumer of a queue runs now, as far as Lambda tells.
func (q *Queues) Deployed(ctx context.Context, queue platform.Queue) (d Deployment) {
	out, err := q.Consumers.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: new(q.Environment.FunctionName(queue.Spec().Consumer))})
	if err != nil {
		return d
	}
	if out.Environment != nil {
		d.Build = platform.ShortBuild(out.Environment.Variables[platform.FunctionBuild])
	}
	if at, err := time.Parse(lambdaTime, aws.ToString(out.LastModified)); err == nil {
		d.Since = at
	}
	return d
}

// lambdaTime is how Lambda writes LastModified.
const lambdaTime = "2006-01-02T15:04:05.000-0700"

// of is the code that had a try. What crashed did not say it: after the last change it
// was the code of now.
func (d Deployment) of(try Try) (build string, era Era) {
	switch {
	case try.Build != "" && d.Build == try.Build:
		return try.Build, Now
	case try.Build != "" && d.Build != "":
		return try.Build, Before
	case try.Time.IsZero() || d.Since.IsZero():
		return try.Build, ""
	case try.Time.Before(d.Since):
		return try.Build, Before
	}
	return cmp.Or(try.Build, d.Build), Now
}

// examineAtOnce bounds how many messages are kept while their tries are looked for.
const examineAtOnce = 1000

// Causes groups the dead messages of a queue by why they died, the largest group
// first. It peeks.
func (q *Queues) Causes(ctx context.Context, name Name, s Selection) ([]Cause, error) {
	groups := NewGrouping(q.Deployed(ctx, name.Queue))
	var some []*Message
	examine := func() error {
		if err := q.Examine(ctx, name, some); err != nil {
			return err
		}
		for _, m := range some {
			if s.Match(m) {
				groups.Add(m)
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
	return groups.Causes(), nil
}

// Grouping groups messages by fingerprint, function, build and hour.
type Grouping struct {
	deployed Deployment
	groups   map[alike]*Cause
}

// alike is what the messages of a group have in common.
type alike struct {
	fingerprint, build string
	function           platform.Function
	era                Era
	hour               time.Time
}

// NewGrouping begins with no group.
func NewGrouping(deployed Deployment) *Grouping {
	return &Grouping{deployed, map[alike]*Cause{}}
}

// Add puts a message with an autopsy into its group.
func (g *Grouping) Add(m *Message) {
	var last Try
	if tries := m.Autopsy.Tries; len(tries) > 0 {
		last = tries[len(tries)-1]
	}
	why := m.Autopsy.Error()
	build, era := g.deployed.of(last)
	key := alike{Fingerprint(why), build, m.Autopsy.Function, era, last.Time.Truncate(time.Hour)}
	group := g.groups[key]
	if group == nil {
		group = &Cause{Fingerprint: key.fingerprint, Function: key.function, Build: build, Era: era, Hour: key.hour, First: last.Time, Error: why}
		g.groups[key] = group
	}
	group.IDs = append(group.IDs, m.ID)
	if last.Time.Before(group.First) {
		group.First = last.Time
	}
	if last.Time.After(group.Last) {
		group.Last = last.Time
	}
}

// Causes are the groups, the largest first.
func (g *Grouping) Causes() []Cause {
	out := make([]Cause, 0, len(g.groups))
	for _, cause := range g.groups {
		out = append(out, *cause)
	}
	slices.SortFunc(out, func(a, b Cause) int {
		return cmp.Or(cmp.Compare(len(b.IDs), len(a.IDs)), a.Hour.Compare(b.Hour), strings.Compare(a.Fingerprint, b.Fingerprint), cmp.Compare(a.Build, b.Build), cmp.Compare(a.Era, b.Era))
	})
	return out
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
