package metrics

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
)

// findingKey is what makes two findings the same trouble.
type findingKey struct {
	resource Resource
	matter   Matter
}

// judge finds all that is wrong and puts it into the snapshot: into its verdict, and
// into the state of the rows.
func (c *Collector) judge(s *Snapshot) {
	var all []Finding
	if s.Stacks.None() {
		all = []Finding{{Level: Unknown, Matter: MatterStack, Resource: Resource{Kind: KindStack}, Text: c.Environment.Name + " is not deployed", Next: c.command("deploy")}}
	} else {
		all = slices.Concat(c.sourceFindings(s), c.stackFindings(s), c.queueFindings(s), c.metricFindings(s), c.alarmFindings(s))
	}
	all = strongest(all)
	for i := range all {
		c.since(&all[i], s.At)
		if all[i].Cause == "" {
			all[i].Cause = c.cause(all[i], s)
		}
		all[i].Change = c.changed(all[i])
		if all[i].Next == "" {
			all[i].Next = c.next(all[i])
		}
	}
	slices.SortStableFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(weight(a), weight(b)), cmp.Compare(sourceOrder(a), sourceOrder(b)), a.Since.Compare(b.Since))
	})
	c.forgetOver(all)
	c.puzzled = puzzling(all)
	s.Verdict = verdictOf(s, all)
	c.color(s)
}

// verdictOf names the worst. Without anything wrong it is healthy once everything that
// counts has answered.
func verdictOf(s *Snapshot, all []Finding) Verdict {
	if len(all) > 0 {
		return Verdict{all[0].Level, all[0].Since, all}
	}
	for _, name := range SourceNames {
		if !slices.Contains(whenWanted, name) && s.Source(name).Loading() {
			return Verdict{Level: Loading}
		}
	}
	return Verdict{Level: Healthy}
}

// whenWanted are the sources that are asked only while there is a reason to: that they
// have not answered yet keeps no verdict back.
var whenWanted = []SourceName{SourceErrors, SourceReports}

// weights order findings of one level: what hurts users and cannot wait comes first.
var weights = []Matter{
	MatterSource, MatterStack, MatterExpiry, MatterDead, MatterTimeOuts, MatterProvider, MatterErrors, MatterREST5xx, MatterMemory,
	MatterCPU, MatterMail, MatterThrottles, MatterLatency, MatterOldest, MatterSocket, MatterPaused, MatterAlarm, MatterSecondTries,
}

func weight(f Finding) int { return slices.Index(weights, f.Matter) }

// sourceOrder has what tells of the present come before what explains it.
func sourceOrder(f Finding) int {
	return slices.Index(SourceNames, SourceName(f.Resource.Name))
}

// strongest keeps the worst of findings about the same.
func strongest(all []Finding) (out []Finding) {
	for _, f := range all {
		i := slices.IndexFunc(out, func(o Finding) bool { return o.Resource == f.Resource && o.Matter == f.Matter })
		switch {
		case i < 0:
			out = append(out, f)
		case f.Level > out[i].Level:
			out[i] = f
		}
	}
	return out
}

// metricFindings are those of the rules, as long as CloudWatch's answers are fresh.
func (c *Collector) metricFindings(s *Snapshot) (out []Finding) {
	if stateOf(s.Source(SourceMetrics), s.At) != Healthy {
		return nil
	}
	for _, r := range c.rules() {
		end := c.until().Add(-r.late)
		level, f := r.judge(end)
		if level == Loading {
			continue
		}
		f.Level, f.Resource, f.Matter = level, r.resource, r.matter
		// How long it has been so is in the points of the hour.
		from := end
		for from.After(end.Add(-time.Hour)) {
			if before, _ := r.judge(from.Add(-minute)); before < level {
				break
			}
			from = from.Add(-minute)
		}
		f.Since = from.Add(-minute)
		out = append(out, f)
	}
	return out
}

// queueFindings are of what SQS itself says: dead letters, and consumers that are off.
func (c *Collector) queueFindings(s *Snapshot) (out []Finding) {
	for _, q := range s.Queues {
		if q.Source.Stale(s.At) || q.Source.Answered.IsZero() {
			continue
		}
		if c.queues[q.Queue] == nil && s.Stacks.complete(platform.Database) {
			out = append(out, Finding{
				Level: Broken, Matter: MatterStack, Resource: q.Resource, Text: "its stack is deployed, and the queue is gone",
				Next: c.command("drift"),
			})
		}
		out = append(out, c.deadFindings(q, s)...)
		if !q.Paused() {
			continue
		}
		out = append(out, Finding{
			Level: Degraded, Matter: MatterPaused, Resource: q.Resource, Text: "the consumer is paused", Since: q.PausedSince,
			Cause: fmt.Sprintf("%s takes nothing from it, %.0f wait", q.Queue.Spec().Consumer, q.Ready.Value),
			Next:  c.command("functions resume " + string(q.Queue.Spec().Consumer)),
		})
	}
	return out
}

func (c *Collector) deadFindings(q Queue, s *Snapshot) (out []Finding) {
	t := platform.Thresholds.DeadLetters
	if q.Dead.Value == 0 {
		return nil
	}
	f := Finding{
		Level: Degraded, Matter: MatterDead, Resource: q.Resource, Text: fmt.Sprintf("%.0f dead", q.Dead.Value), Since: q.DeadSince,
		Value: q.Dead.Value, Limit: 1, Next: c.command("queues causes " + string(q.Queue)),
	}
	// Where CloudWatch has no points nobody knows how old they are, and they count as new.
	_, point := q.DeadSpark.Last()
	unknown := q.NewestDead.IsZero() && (point < 0 || stateOf(s.Source(SourceMetrics), s.At) != Healthy)
	if unknown || !q.NewestDead.IsZero() && s.At.Sub(q.NewestDead) < t.FailNewWithin {
		f.Level = Broken
	}
	out = append(out, f)
	if !q.LostKnown || q.LostIn > t.WarnExpiresIn {
		return out
	}
	expiry := Finding{
		Level: Degraded, Matter: MatterExpiry, Resource: q.Resource, Text: "dead letters are lost in " + span(q.LostIn),
		Value: q.LostIn.Seconds(), Limit: t.WarnExpiresIn.Seconds(), Next: c.command("queues redrive " + string(q.Queue)),
	}
	if q.LostIn <= t.FailExpiresIn {
		expiry.Level, expiry.Limit = Broken, t.FailExpiresIn.Seconds()
	}
	return append(out, expiry)
}

// stackFindings are stacks that failed, are under way, drifted, or are missing beside
// others.
func (c *Collector) stackFindings(s *Snapshot) (out []Finding) {
	if s.Stacks.Source.Stale(s.At) {
		return nil
	}
	underWay := slices.ContainsFunc(s.Stacks.Stacks, func(one stackStatus) bool { return strings.HasSuffix(one.Status, inProgress) })
	for _, one := range s.Stacks.Stacks {
		f := Finding{Matter: MatterStack, Resource: Resource{KindStack, string(one.Stack)}, Since: one.Updated, Next: c.command("deploy")}
		words := strings.ToLower(strings.ReplaceAll(one.Status, "_", " "))
		switch {
		case !one.Deployed() && underWay:
			f.Level, f.Text, f.Next = Degraded, "not deployed, while others are under way", c.command("status")
		case !one.Deployed():
			f.Level, f.Text = Broken, "not deployed, though others are"
		case strings.Contains(one.Status, "ROLLBACK"), strings.HasSuffix(one.Status, "_FAILED"):
			f.Level, f.Text = Broken, words
		case strings.HasSuffix(one.Status, inProgress):
			f.Level, f.Text, f.Next = Degraded, words, c.command("status")
		case one.Drifted:
			f.Level, f.Text, f.Next = Degraded, "drifted: other hands than CloudFormation's changed it", c.command("status")
		default:
			continue
		}
		// Builds that differ are no finding by themselves: a stack that a release leaves
		// as it is keeps the build that deployed it.
		if len(s.Stacks.Builds) > 1 && !one.Drifted {
			f.Cause = "builds differ: " + strings.Join(s.Stacks.Builds, ", ")
		}
		out = append(out, f)
	}
	return out
}

// inProgress is how CloudFormation's words for an operation that goes on end.
const inProgress = "_IN_PROGRESS"

// alarmFindings stand in for the metrics while those are not to be had: CloudWatch has
// looked at them itself.
func (c *Collector) alarmFindings(s *Snapshot) (out []Finding) {
	if stateOf(s.Source(SourceMetrics), s.At) == Healthy || s.Alarms.Source.Stale(s.At) {
		return nil
	}
	for _, a := range s.Alarms.List {
		if a.State == AlarmFiring && !a.Composite {
			out = append(out, Finding{
				Level: a.Level, Matter: a.Matter, Resource: a.Resource, Text: "alarm " + a.Name + " fires", Since: a.Since,
				Next: c.command("alarms history " + a.Name),
			})
		}
	}
	return out
}

// command is a keyvex command for the environment.
func (c *Collector) command(words string) string {
	return "keyvex " + words + " -e " + c.Environment.Name
}

// next is what to do about a finding that says nothing of its own.
func (c *Collector) next(f Finding) string {
	switch f.Resource.Kind {
	case KindFunction:
		return c.command("logs errors " + f.Resource.Name)
	case KindQueue:
		return c.command("queues list")
	case KindTable, KindCache, KindREST, KindSocket, KindJobs:
		return c.command("metrics " + f.Resource.Name)
	}
	return c.command("status")
}

// since remembers when a finding was first seen, where nothing says so itself.
func (c *Collector) since(f *Finding, now time.Time) {
	key := findingKey{f.Resource, f.Matter}
	if _, known := c.began[key]; !known {
		c.began[key] = now
	}
	if f.Since.IsZero() && f.Matter != MatterDead && f.Resource.Name != "" {
		f.Since = c.began[key]
	}
}

// forgetOver drops what is over, so that it begins anew when it comes again.
func (c *Collector) forgetOver(all []Finding) {
	for key := range c.began {
		if !slices.ContainsFunc(all, func(f Finding) bool { return findingKey{f.Resource, f.Matter} == key }) {
			delete(c.began, key)
		}
	}
}

// color gives each row the level of the worst finding about it.
func (c *Collector) color(s *Snapshot) {
	rows := []*Row{&s.Table.Row, &s.Cache.Row, &s.REST.Row, &s.Socket.Row, &s.Jobs.Row, &s.Stacks.Row}
	for i := range s.Functions {
		rows = append(rows, &s.Functions[i].Row)
	}
	for i := range s.Queues {
		rows = append(rows, &s.Queues[i].Row)
	}
	for _, f := range s.Verdict.Findings {
		for _, r := range rows {
			if r.Resource == f.Resource || f.Resource.Kind == KindStack && r == &s.Stacks.Row {
				r.State = max(r.State, f.Level)
			}
		}
	}
	for _, a := range s.Alarms.List {
		if a.State == AlarmFiring && s.Alarms.State != Unknown {
			s.Alarms.State = max(s.Alarms.State, a.Level)
		}
	}
}
