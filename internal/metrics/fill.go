package metrics

import (
	"slices"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// Snapshot is what is known now, without asking anybody.
func (c *Collector) Snapshot() Snapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.version++
	return c.snapshot(c.Clock.Now())
}

func (c *Collector) snapshot(now time.Time) Snapshot {
	s := Empty(c.Environment)
	s.Version, s.At, s.Account, s.Region, s.ReadOnly = c.version, now, c.Account, c.Region, c.ReadOnly
	for i, name := range SourceNames {
		s.Sources[i] = *c.sources[name]
	}
	s.Budget = c.spent()
	for i := range s.Functions {
		c.fillFunction(&s.Functions[i])
	}
	for i := range s.Queues {
		c.fillQueue(&s.Queues[i])
	}
	c.fillTable(&s.Table)
	c.fillCache(&s.Cache)
	c.fillREST(&s.REST)
	c.fillSocket(&s.Socket)
	c.fillJobs(&s.Jobs)
	c.fillStacks(&s.Stacks)
	c.fillAlarms(&s.Alarms)
	s.Changes = Changes{*c.sources[SourceChanges], slices.Clone(c.changes), c.trail}
	s.Errors = Errors{*c.sources[SourceErrors], slices.Clone(c.errors)}
	c.judge(&s)
	return s
}

// provisional is for how long after a period's end the values of a thing may change:
// Lambda's bear the start of an invocation and come at its end.
func provisional(r Resource) time.Duration {
	f, ok := platform.FindFunction(r.Name)
	if r.Kind != KindFunction || !ok {
		return 0
	}
	return (f.Spec().Timeout + minute - 1).Truncate(minute)
}

// until is up to when CloudWatch has been asked, zero before the first answer.
func (c *Collector) until() (until time.Time) {
	for _, l := range c.lines {
		if l.until.After(until) {
			until = l.until
		}
	}
	return until
}

// empty is the line of a metric that nothing is known of.
var empty = &line{period: minute}

func (c *Collector) line(name string) *line {
	if l := c.lines[name]; l != nil {
		return l
	}
	return empty
}

// recently adds up the last five minutes of a metric that are known to have passed.
func (c *Collector) recently(name string) Number {
	l := c.line(name)
	return l.sum(l.until.Add(-fiveMinutes), l.until)
}

// latest is the newest point of a metric within its last two periods or five minutes; that
// of a period that is not over only where there is no other.
func (c *Collector) latest(name string) Number {
	l := c.line(name)
	from := l.until.Add(-max(fiveMinutes, 2*l.period))
	if v, _ := l.newest(from, l.until.Add(1-l.period)); v.Known {
		return v
	}
	v, _ := l.newest(from, l.until)
	return v
}

// hour is a metric's last hour in points of a minute.
func (c *Collector) hour(name string) Series {
	l := c.line(name)
	if l.until.IsZero() {
		return Series{Period: minute}
	}
	return l.series(l.until.Add(-time.Hour), l.until)
}

// metricsRow is what every row of CloudWatch's metrics has.
func (c *Collector) metricsRow(r *Row, spark string) {
	r.Source, r.Spark = *c.sources[SourceMetrics], c.hour(spark)
	for _, m := range c.catalog {
		if l := c.line(m.Name); m.Resource == r.Resource && l.code != "" && r.Source.Err == nil {
			r.Source.Err = problem.New(problem.Failed, "CloudWatch has no whole answer for %s: %s", l.metric.Name, l.code)
			r.Source.Code, r.Source.Operation, r.Source.Answered = l.code, operations[SourceMetrics], l.until
		}
	}
	r.State = stateOf(r.Source, c.Clock.Now())
}

// stateOf is a row's state by its source alone.
func stateOf(s Source, now time.Time) Level {
	switch {
	case s.Loading():
		return Loading
	case s.Failing(), s.Stale(now):
		return Unknown
	}
	return Healthy
}

func per(n Number, by float64) Number { return Number{n.Value / by, n.Known} }

// share is a percentage; unknown of nothing.
func share(part, of Number) Number {
	if !of.Known || of.Value == 0 {
		return Number{}
	}
	return Some(100 * part.Value / of.Value)
}

func ratio(now, before Number) Number {
	if !now.Known || !before.Known || before.Value == 0 {
		return Number{}
	}
	return Some(now.Value / before.Value)
}

func (c *Collector) fillFunction(f *Function) {
	of := func(what string) string { return name(f.Function, what) }
	c.metricsRow(&f.Row, of(invocations))
	if span := provisional(f.Resource); span > fiveMinutes {
		f.Spark.Provisional, f.Provisional = c.line(of(invocations)).until.Add(-span), true
	}
	if f.State == Loading {
		return
	}
	c.fillReports(f)
	f.Invocations, f.Errors, f.Throttles = c.recently(of(invocations)), c.recently(of(errorCount)), c.recently(of(throttles))
	if !f.Invocations.Known {
		f.PerMinute = Number{0, c.line(of(invocations)).until != time.Time{}}
		c.idle(f)
		return
	}
	f.PerMinute, f.ErrorPercent = per(f.Invocations, fiveMinutes.Minutes()), share(f.Errors, f.Invocations)
	f.P95, f.P50, f.Concurrency = c.latest(of(p95)), c.latest(of(p50)), c.latest(of(concurrency))
	l := c.line(of(longest))
	f.MaximumTime = l.highest(l.until.Add(-fiveMinutes), l.until)
	f.TimeOuts = Some(float64(c.timeOuts(f.Function, l.until)))
	f.Yesterday = ratio(f.P95, c.baselines[baseline{of(p95), Yesterday}])
	f.LastWeek = ratio(f.P95, c.baselines[baseline{of(p95), LastWeek}])
}

// idle finds out since when a function has had nothing to do.
func (c *Collector) idle(f *Function) {
	l := c.line(name(f.Function, invocations))
	if f.State == Healthy {
		f.State = Idle
	}
	if _, at := l.newest(l.until.Add(-time.Hour), l.until); !at.IsZero() {
		f.IdleSince = at.Add(minute)
	}
}

// timeOuts counts the minutes before end in which an invocation began that came to the
// function's limit: of five, and of those of which this could not be known any earlier.
func (c *Collector) timeOuts(f platform.Function, end time.Time) (n int) {
	l, limit := c.line(name(f, longest)), float64(f.Spec().Timeout.Milliseconds())
	for t := end.Add(-fiveMinutes - provisional(Resource{KindFunction, string(f)})); t.Before(end); t = t.Add(minute) {
		if v := l.at(t); v.Known && v.Value >= limit {
			n++
		}
	}
	return n
}

func (c *Collector) fillTable(t *Table) {
	c.metricsRow(&t.Row, "table."+reads)
	t.Reads, t.Writes = per(c.recently("table."+reads), fiveMinutes.Seconds()), per(c.recently("table."+writes), fiveMinutes.Seconds())
	if t.State == Loading {
		return
	}
	if t.State == Healthy && !t.Reads.Known && !t.Writes.Known {
		t.State = Idle
	}
	t.Throttled.Known = !c.line("table." + readThrottles).until.IsZero() // DynamoDB tells of none only by saying nothing
	for _, thing := range throttled() {
		t.Throttled.Value += c.recently(name(thing, readThrottles)).Value + c.recently(name(thing, writeThrottles)).Value
	}
	for _, operation := range tableOperations {
		if v := c.latest("table." + strings.ToLower(operation) + "-" + p95); v.Known && v.Value >= t.P95.Value {
			t.P95 = v
		}
	}
}

// fillCache adds up what the nodes have, and takes of shares the highest: the nodes are
// judged one by one.
func (c *Collector) fillCache(r *Cache) {
	busiest := ""
	for _, node := range c.Environment.CacheNodeNames() {
		short := cacheNode(c.Environment, node)
		if load := c.latest(name(short, cpu)); busiest == "" || load.Value > r.CPU.Value {
			busiest, r.CPU = short, load
		}
		r.Memory = higher(r.Memory, c.latest(name(short, memory)))
		r.Connections = plus(r.Connections, c.latest(name(short, connections)))
		r.Evicted = plus(r.Evicted, c.recently(name(short, evictions)))
	}
	c.metricsRow(&r.Row, name(busiest, cpu))
	if r.State == Healthy && !r.CPU.Known {
		r.State = Idle
	}
}

// higher is the higher of two numbers, or the one that is known.
func higher(a, b Number) Number {
	if !a.Known || b.Known && b.Value > a.Value {
		return b
	}
	return a
}

// plus is the sum of two numbers, or the one that is known.
func plus(a, b Number) Number { return Number{a.Value + b.Value, a.Known || b.Known} }

func (c *Collector) fillREST(r *REST) {
	c.metricsRow(&r.Row, "rest."+requests)
	total := c.recently("rest." + requests)
	r.PerMinute, r.P95 = per(total, fiveMinutes.Minutes()), c.latest("rest."+p95)
	r.Percent4xx, r.Percent5xx = share(c.recently("rest."+clientErrors), total), share(c.recently("rest."+serverErrors), total)
	if r.State == Healthy && !total.Known {
		r.State, r.PerMinute = Idle, Some(0)
	}
}

func (c *Collector) fillSocket(r *Socket) {
	c.metricsRow(&r.Row, "socket."+messages)
	if c.socket.Err != nil && r.Source.Err == nil {
		r.Source.Err, r.Source.Code, r.Source.Operation = c.socket.Err, c.socket.Code, c.socket.Operation
		r.State = stateOf(r.Source, c.Clock.Now())
	}
	r.ConnectsPerMinute = per(c.recently("socket."+connects), fiveMinutes.Minutes())
	r.MessagesPerMinute = per(c.recently("socket."+messages), fiveMinutes.Minutes())
	r.ClientErrors, r.ExecutionErrors = c.recently("socket."+socketClient), c.recently("socket."+executionErrors)
	r.IntegrationErrors = c.recently("socket." + integrationErrors)
	if r.State == Healthy && !r.ConnectsPerMinute.Known && !r.MessagesPerMinute.Known {
		r.State = Idle
	}
}

func (c *Collector) fillJobs(j *Jobs) {
	c.metricsRow(&j.Row, "jobs."+jobsAccepted)
	p := func(what string) Number { return c.latest("jobs." + what) }
	n := func(what string) Number { return c.recently("jobs." + what) }
	before := func(what string) Number { return c.baselines[baseline{"jobs." + what, Yesterday}] }
	j.Accepted, j.Wait, j.FirstToken, j.Provider = c.latest("rest."+p95), p(jobWait), p(firstToken), p(provider)
	j.Store, j.Push, j.EndToEnd = p(store), p(push), p(endToEnd)
	j.WaitBefore, j.ProviderBefore, j.StoreBefore, j.PushBefore = before(jobWait), before(provider), before(store), before(push)
	j.Count, j.SecondTries, j.ThirdTries, j.ProviderErrors = n(jobsAccepted), n(secondTries), n(thirdTries), n(providerErrors)
	j.Refused, j.MailsSent, j.MailsRefused, j.SocketRefusals = n(jobsRefused), n(mailsSent), n(mailsRefused), n(socketRefused)
	if j.State == Healthy && !j.Count.Known {
		j.State = Idle
	}
}

func (c *Collector) fillStacks(s *Stacks) {
	s.Source, s.Stacks, s.Builds = *c.sources[SourceStacks], slices.Clone(c.stacks), builds(c.stacks)
	s.State = stateOf(s.Source, c.Clock.Now())
	for _, one := range s.Stacks {
		if complete(one.Status) {
			s.Healthy++
		}
	}
}

// None reports whether it is known that nothing is deployed.
func (s Stacks) None() bool {
	return len(s.Stacks) > 0 && !slices.ContainsFunc(s.Stacks, stackStatus.Deployed)
}

// complete reports whether a stack serves what was last asked of it.
func (s Stacks) complete(stack platform.Stack) bool {
	return slices.ContainsFunc(s.Stacks, func(one stackStatus) bool { return one.Stack == stack && complete(one.Status) })
}

// complete is a stack that serves what was last asked of it.
func complete(status string) bool {
	return strings.HasSuffix(status, "_COMPLETE") && !strings.Contains(status, "ROLLBACK") && !strings.HasPrefix(status, "DELETE")
}

func (c *Collector) fillAlarms(a *Alarms) {
	a.Source, a.List = *c.sources[SourceAlarms], slices.Clone(c.alarms)
	a.State = stateOf(a.Source, c.Clock.Now())
	for _, one := range a.List {
		switch one.State {
		case AlarmFiring:
			a.Firing++
		case AlarmOK:
			a.Fine++
		default:
			a.NoData++
		}
		if one.Muted {
			a.Muted++
			if one.MutedUntil.After(a.MutedUntil) {
				a.MutedUntil = one.MutedUntil
			}
		}
	}
}
