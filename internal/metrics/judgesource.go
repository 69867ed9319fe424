package metrics

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/problem"
)

type stackStatus = deploy.StackStatus

// services are the sources in the words of people.
var services = map[SourceName]string{
	SourceMetrics: "CloudWatch", SourceQueues: "SQS", SourceConsumers: "Lambda", SourceStacks: "CloudFormation", SourceAlarms: "alarm list",
	SourceChanges: "change log", SourceErrors: "error log", SourceReports: "invocation report",
}

// sourceFindings are the sources that fail, or have said nothing for too long. When all
// of them fail alike, it is one thing that is wrong.
func (c *Collector) sourceFindings(s *Snapshot) (out []Finding) {
	var bad, good []Source
	for _, source := range s.Sources {
		if source.Failing() || source.Stale(s.At) {
			bad = append(bad, source)
		}
	}
	for _, source := range s.Sources {
		if stateOf(source, s.At) == Healthy && !before(source, bad) {
			good = append(good, source)
		}
	}
	if len(bad) > 1 && len(good) == 0 && !slices.ContainsFunc(bad, func(b Source) bool { return trouble(b) != trouble(bad[0]) }) {
		return []Finding{c.allFail(bad[0])}
	}
	for _, source := range bad {
		f := Finding{
			Level: Unknown, Matter: MatterSource, Resource: Resource{KindSource, string(source.Name)},
			Text: services[source.Name] + " " + trouble(source) + " (" + cmp.Or(source.Operation, operations[source.Name]) + ")", Since: source.Failed, Next: hint(source.Err),
		}
		switch {
		case len(bad) == 1:
			f.Cause = "all else answers"
		case len(good) > 0:
			f.Cause = answering(good)
		}
		if f.Next == "" {
			f.Next = c.command("status")
		}
		if source.Err == nil {
			f.Since = source.Answered
		}
		out = append(out, f)
	}
	return append(out, c.partial(s)...)
}

// before reports whether a source that is asked more seldom than those that are silent
// has answered before they were: that says nothing about now.
func before(source Source, bad []Source) bool {
	return !slices.ContainsFunc(bad, func(b Source) bool { return source.Every <= b.Every || !source.Answered.Before(b.Failed) })
}

// allFail is that AWS cannot be asked at all.
func (c *Collector) allFail(source Source) Finding {
	f := Finding{
		Level: Unknown, Matter: MatterSource, Resource: Resource{KindSource, "credentials"},
		Text: "AWS " + trouble(source), Since: source.Failed, Next: hint(source.Err),
	}
	if p, ok := errors.AsType[*problem.Error](source.Err); ok {
		f.Cause = p.Message
	}
	if !problem.Is(source.Err, problem.Credentials) {
		f.Resource.Name = "network"
	}
	return f
}

// partial are the rows of which CloudWatch keeps something back, while it answers for
// others.
func (c *Collector) partial(s *Snapshot) (out []Finding) {
	if s.Source(SourceMetrics).Failing() {
		return nil
	}
	rows := []Row{s.Table.Row, s.Cache.Row, s.REST.Row, s.Socket.Row, s.Jobs.Row}
	for _, f := range s.Functions {
		rows = append(rows, f.Row)
	}
	for _, r := range rows {
		if r.Source.Failing() {
			out = append(out, Finding{
				Level: Unknown, Matter: MatterSource, Resource: r.Resource, Text: services[SourceMetrics] + " " + trouble(r.Source) + " for " + r.Resource.Name, Cause: r.Source.Code,
				Next: c.command("status"),
			})
		}
	}
	return out
}

func hint(err error) string {
	if p, ok := errors.AsType[*problem.Error](err); ok {
		return p.Hint
	}
	return ""
}

// trouble says in a word how a source fails.
func trouble(s Source) string {
	code := s.Code
	switch {
	case !s.Failing():
		return "has not answered for a while"
	case strings.Contains(code, "Denied"), strings.Contains(code, "Unauthorized"), code == "Forbidden":
		return "denied"
	case strings.Contains(code, "Throttl"), strings.Contains(code, "TooManyRequests"), code == "RequestLimitExceeded":
		return "throttled"
	case code == codeTimeout:
		return "does not answer"
	case code == codeNetwork:
		return "cannot be reached"
	case problem.Is(s.Err, problem.Credentials):
		return "does not accept the credentials"
	case problem.Is(s.Err, problem.NotFound):
		return "does not find it"
	case code == codeFailed:
		return "fails"
	}
	return "fails: " + code
}

// answering says which sources are well: "queues, stacks answer: fine".
func answering(good []Source) string {
	var names []string
	for _, s := range good {
		names = append(names, string(s.Name))
	}
	verb := " answer"
	if len(names) == 1 {
		verb = " answers"
	}
	return strings.Join(names, ", ") + verb
}
