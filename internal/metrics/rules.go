package metrics

import (
	"fmt"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
)

// rule judges one thing in one matter by its metrics. Judge gives the level at a time
// (the end of what is looked at): Loading for nothing wrong. Late is how long before now
// that end has to be, since what is after it may still change.
type rule struct {
	resource Resource
	matter   Matter
	late     time.Duration
	judge    func(end time.Time) (Level, Finding)
}

// fine is the answer of a rule that has nothing to say.
func fine() (Level, Finding) { return Loading, Finding{} }

// rules are all that metrics can tell, from platform.Thresholds. Package stacks makes
// the alarms of the same table.
func (c *Collector) rules() []rule {
	var all []rule
	for _, f := range platform.Functions {
		r := Resource{KindFunction, string(f)}
		late := provisional(r)
		all = append(all,
			rule{r, MatterTimeOuts, 0, c.judgeTimeOuts(f)}, rule{r, MatterErrors, late, c.judgeErrors(f)}, rule{r, MatterLatency, late, c.judgeLatency(f)},
			rule{r, MatterThrottles, 0, c.judgeThrottles([]string{name(f, throttles)})})
	}
	ai := Resource{KindFunction, string(platform.AIProcessor)}
	all = append(all, rule{ai, MatterProvider, 0, c.judgeProvider}, rule{ai, MatterLatency, 0, c.judgeProviderLatency},
		rule{Resource{KindFunction, string(platform.EmailProcessor)}, MatterMail, 0, c.judgeMail})
	for _, q := range platform.Queues {
		all = append(all, rule{Resource{KindQueue, string(q)}, MatterOldest, 0, c.judgeOldest(q)})
	}
	var table []string
	for _, thing := range throttled() {
		table = append(table, name(thing, readThrottles), name(thing, writeThrottles))
	}
	all = append(all, rule{Resource{KindTable, "table"}, MatterThrottles, 0, c.judgeThrottles(table)})
	cache := Resource{KindCache, "cache"}
	for _, node := range c.Environment.CacheNodeNames() {
		short := cacheNode(c.Environment, node)
		all = append(all,
			rule{cache, MatterCPU, 0, c.judgeShare(name(short, cpu), short+" CPU", platform.Thresholds.CacheCPU)},
			rule{cache, MatterMemory, 0, c.judgeShare(name(short, memory), short+" memory", platform.Thresholds.CacheMemory)})
	}
	return append(all,
		rule{Resource{KindREST, "rest"}, MatterREST5xx, 0, c.judgeREST},
		rule{Resource{KindSocket, "socket"}, MatterSocket, 0, c.judgeSocket},
		rule{Resource{KindJobs, "jobs"}, MatterSecondTries, 0, c.judgeTries})
}

// failing holds errors among calls against the table's row of errors.
func failing(errors, calls Number, what string) (Level, Finding) {
	t := platform.Thresholds.Errors
	percent := share(errors, calls)
	reached := func(at platform.RateAndCount) bool {
		return percent.Known && percent.Value >= at.Percent && errors.Value >= float64(at.Count)
	}
	f := Finding{Text: fmt.Sprintf("%.1f%% %s", percent.Value, what), Value: percent.Value}
	switch {
	case reached(t.Fail):
		f.Limit = t.Fail.Percent
		return Broken, f
	case reached(t.Warn):
		f.Limit = t.Warn.Percent
		return Degraded, f
	}
	return fine()
}

func (c *Collector) window(metric string, end time.Time) Number {
	return c.line(metric).sum(end.Add(-platform.Thresholds.Errors.Period), end)
}

func (c *Collector) judgeErrors(f platform.Function) func(time.Time) (Level, Finding) {
	return func(end time.Time) (Level, Finding) {
		return failing(c.window(name(f, errorCount), end), c.window(name(f, invocations), end), "of invocations fail")
	}
}

func (c *Collector) judgeProvider(end time.Time) (Level, Finding) {
	failed, answered := c.window("jobs."+providerErrors, end), c.window("jobs."+providerCalls, end)
	return failing(failed, Number{failed.Value + answered.Value, failed.Known || answered.Known}, "of provider calls fail")
}

func (c *Collector) judgeMail(end time.Time) (Level, Finding) {
	refused, sent := c.window("jobs."+mailsRefused, end), c.window("jobs."+mailsSent, end)
	return failing(refused, Number{refused.Value + sent.Value, refused.Known || sent.Known}, "of mails are refused")
}

// judgeSocket takes what clients do wrong for degraded at most: it may be theirs.
func (c *Collector) judgeSocket(end time.Time) (Level, Finding) {
	made, got := c.window("socket."+connects, end), c.window("socket."+messages, end)
	client, execution := c.window("socket."+socketClient, end), c.window("socket."+executionErrors, end)
	integration := c.window("socket."+integrationErrors, end)
	// A refused client has not connected, so it is not among those who have.
	events := Some(made.Value + got.Value + client.Value)
	own := Some(execution.Value + integration.Value)
	if level, f := failing(own, events, "of socket events fail"); level > Loading {
		return level, f
	}
	level, f := failing(client, events, "of socket events are refused (4xx)")
	return min(level, Degraded), f
}

func (c *Collector) judgeREST(end time.Time) (Level, Finding) {
	return percentage(share(c.window("rest."+serverErrors, end), c.window("rest."+requests, end)), "of requests answered 5xx", platform.Thresholds.REST5xx)
}

func percentage(n Number, what string, t platform.Percentage) (Level, Finding) {
	f := Finding{Text: fmt.Sprintf("%.1f%% %s", n.Value, what), Value: n.Value}
	switch {
	case n.Known && n.Value >= t.Fail:
		f.Limit = t.Fail
		return Broken, f
	case n.Known && n.Value >= t.Warn:
		f.Limit = t.Warn
		return Degraded, f
	}
	return fine()
}

// judgeShare judges the mean of five minutes, as the alarm does.
func (c *Collector) judgeShare(metric, what string, t platform.Percentage) func(time.Time) (Level, Finding) {
	return func(end time.Time) (Level, Finding) {
		level, f := percentage(c.line(metric).mean(end.Add(-fiveMinutes), end), "", t)
		f.Text = fmt.Sprintf("%s %.0f%%", what, f.Value)
		return level, f
	}
}

func (c *Collector) judgeTimeOuts(f platform.Function) func(time.Time) (Level, Finding) {
	return func(end time.Time) (Level, Finding) {
		n := c.timeOuts(f, end)
		if n == 0 {
			return fine()
		}
		limit := f.Spec().Timeout
		return Broken, Finding{Text: "invocations run into the limit of " + span(limit), Value: float64(n), Limit: limit.Seconds()}
	}
}

// judgeThrottles judges the throttled calls of one thing, which may be in several
// metrics.
func (c *Collector) judgeThrottles(all []string) func(time.Time) (Level, Finding) {
	t := platform.Thresholds.Throttles
	return func(end time.Time) (Level, Finding) {
		total, running, longestRun := 0.0, 0, 0
		for at := end.Add(-fiveMinutes); at.Before(end); at = at.Add(minute) {
			sum := 0.0
			for _, metric := range all {
				sum += c.line(metric).at(at).Value
			}
			total += sum
			if running++; sum < float64(t.WarnCount) {
				running = 0
			}
			longestRun = max(longestRun, running)
		}
		f := Finding{Text: fmt.Sprintf("%.0f calls throttled in 5 minutes", total), Value: total, Limit: float64(t.WarnCount)}
		switch {
		case longestRun >= t.FailMinutesRunning:
			return Broken, f
		case longestRun > 0:
			return Degraded, f
		}
		return fine()
	}
}

func (c *Collector) judgeOldest(q platform.Queue) func(time.Time) (Level, Finding) {
	spec := q.Spec()
	return func(end time.Time) (Level, Finding) {
		age, _ := c.line(name(q, oldest)).newest(end.Add(-3*minute), end)
		f := Finding{Text: "the oldest message waits " + span(time.Duration(age.Value)*time.Second), Value: age.Value}
		switch {
		case age.Known && age.Value >= spec.OldestFail.Seconds():
			f.Limit = spec.OldestFail.Seconds()
			return Broken, f
		case age.Known && age.Value >= spec.OldestWarn.Seconds():
			f.Limit = spec.OldestWarn.Seconds()
			return Degraded, f
		}
		return fine()
	}
}

func (c *Collector) judgeTries(end time.Time) (Level, Finding) {
	second, third := c.window("jobs."+secondTries, end), c.window("jobs."+thirdTries, end)
	if second.Value+third.Value == 0 {
		return fine()
	}
	return Degraded, Finding{Text: fmt.Sprintf("%.0f second and %.0f third tries in 5 minutes", second.Value, third.Value), Value: second.Value, Limit: 1}
}

func (c *Collector) judgeLatency(f platform.Function) func(time.Time) (Level, Finding) {
	return func(end time.Time) (Level, Finding) {
		return c.slower(name(f, p95), name(f, invocations), "p95", end)
	}
}

// judgeProviderLatency knows sooner than the function's own duration, which is
// provisional for as long as the function may take.
func (c *Collector) judgeProviderLatency(end time.Time) (Level, Finding) {
	level, f := c.slower("jobs."+provider, "jobs."+providerCalls, "provider p95", end)
	f.Cause = "the provider is slow"
	return level, f
}

// slower holds a p95 against the same hour of yesterday, or else of last week. It may be
// asked for so seldom that the last one known is not of the last minutes.
func (c *Collector) slower(metric, calls, what string, end time.Time) (Level, Finding) {
	t, l := platform.Thresholds.Latency, c.line(metric)
	if l.until.Before(end) {
		end = l.until
	}
	now, at := l.newest(end.Add(-3*fiveMinutes), end.Add(-fiveMinutes+1))
	before := c.baselines[baseline{metric, Yesterday}]
	if !before.Known {
		before = c.baselines[baseline{metric, LastWeek}]
	}
	times := ratio(now, before)
	if !times.Known || c.line(calls).sum(at, at.Add(fiveMinutes)).Value < float64(t.MinimumCalls) {
		return fine()
	}
	f := Finding{
		Text:  fmt.Sprintf("%s %s, was %s", what, millis(now.Value), millis(before.Value)),
		Value: now.Value, Limit: t.WarnFactor * before.Value,
	}
	switch {
	case times.Value >= t.FailFactor:
		f.Limit = t.FailFactor * before.Value
		return Broken, f
	case times.Value >= t.WarnFactor:
		return Degraded, f
	}
	return fine()
}

func millis(ms float64) string { return span(time.Duration(ms * float64(time.Millisecond))) }

// span is a duration in words, to two figures or so.
func span(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Milliseconds())
	case d < time.Minute && d%time.Second != 0:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dd", d/(24*time.Hour))
}
