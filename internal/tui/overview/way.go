package overview

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// way leads to another page.
type way struct {
	// words say where to: "the dead letters".
	words  string
	to     page.ID
	target page.Target
}

func (w way) cmd() tea.Cmd { return page.Send(page.Go{To: w.to, Target: w.target}) }

// before is how much of the time before something began is shown with it.
const before = 2 * time.Minute

// wayOf leads from a finding to its cause.
func (o *Overview) wayOf(f metrics.Finding) (way, bool) {
	from := f.Since
	if !from.IsZero() {
		from = from.Add(-before)
	}
	switch f.Matter {
	case metrics.MatterDead, metrics.MatterExpiry, metrics.MatterSecondTries:
		if f.Resource.Kind == metrics.KindQueue {
			return way{"the dead letters", page.Queues, page.Target{Queue: deadLetters(f.Resource.Name), From: from}}, true
		}
	case metrics.MatterOldest, metrics.MatterPaused:
		if f.Resource.Kind == metrics.KindQueue {
			return way{"the queue", page.Queues, page.Target{Queue: f.Resource.Name}}, true
		}
	case metrics.MatterErrors, metrics.MatterTimeOuts, metrics.MatterProvider, metrics.MatterMail:
		if function := f.Resource.Function(); function != "" {
			return way{"its errors", page.Logs, page.Target{Function: function, From: from, Errors: true}}, true
		}
	case metrics.MatterAlarm:
		if alarm, ok := o.alarm(f.Resource.Name); ok {
			return o.wayOfAlarm(alarm)
		}
	case metrics.MatterStack:
		stack := platform.Stack(f.Resource.Name)
		return way{"the stack", page.Stacks, page.Target{Stack: stack}}, slices.Contains(platform.Stacks, stack)
	case metrics.MatterSource:
		return way{}, false
	}
	if name := o.metricOf(f.Resource, f.Matter); name != "" {
		return way{"its chart", page.Metrics, page.Target{Metric: name}}, true
	}
	return way{}, false
}

// wayOfAlarm leads to the metric that an alarm watches.
func (o *Overview) wayOfAlarm(a metrics.Alarm) (way, bool) {
	if name := o.metricOf(a.Resource, a.Matter); name != "" {
		return way{"its metric", page.Metrics, page.Target{Metric: name}}, true
	}
	return way{}, false
}

// wayOfChange leads to what was changed.
func wayOfChange(c metrics.Change) way {
	switch c.Kind {
	case metrics.ChangeDeploy, metrics.ChangeDestroy:
		return way{"the stacks", page.Stacks, page.Target{}}
	case metrics.ChangeSecret:
		return way{"the secrets", page.Secrets, page.Target{}}
	case metrics.ChangeRedrive, metrics.ChangePurge:
		return way{"the queue", page.Queues, page.Target{Queue: c.Resource}}
	case metrics.ChangePause, metrics.ChangeResume:
		return way{"the queue", page.Queues, page.Target{Queue: string(platform.Function(c.Resource).Spec().Queue)}}
	}
	return logsOf(c.At)
}

// logsOf leads to the logs of a time.
func logsOf(at time.Time) way {
	return way{"the logs of then", page.Logs, page.Target{From: at.Add(-before)}}
}

func (o *Overview) alarm(name string) (metrics.Alarm, bool) {
	for _, a := range o.shown.Alarms.List {
		if a.Name == name {
			return a, true
		}
	}
	return metrics.Alarm{}, false
}

// metricOf is the metric of a matter of a resource, empty for none.
func (o *Overview) metricOf(r metrics.Resource, matter metrics.Matter) string {
	if o.source == nil {
		return ""
	}
	m, _ := metrics.MetricOf(o.source.Catalog(), r, matter)
	return m.Name
}

// enter goes from the row to the thing itself.
func (o *Overview) enter() tea.Cmd {
	line := o.chosen()
	if o.cursor == 0 {
		worst, wrong := o.shown.Verdict.Worst()
		if w, ok := o.wayOf(worst); wrong && ok {
			return w.cmd()
		}
		o.open(o.findings())
		return nil
	}
	switch r := line.Resource; r.Kind {
	case metrics.KindFunction:
		target := page.Target{Function: platform.Function(r.Name)}
		if line.Fingerprint != "" { // other functions may have logged it too
			target = page.Target{From: line.At.Add(-before), Fingerprint: line.Fingerprint}
		}
		return page.Send(page.Go{To: page.Logs, Target: target})
	case metrics.KindQueue:
		name := r.Name
		if o.hasDead(name) {
			name = deadLetters(name)
		}
		return page.Send(page.Go{To: page.Queues, Target: page.Target{Queue: name}})
	case metrics.KindAlarm:
		if alarm, ok := o.alarm(r.Name); ok {
			if w, ok := o.wayOfAlarm(alarm); ok {
				return w.cmd()
			}
		}
		o.open(o.alarms())
		return nil
	case metrics.KindStack:
		return page.Send(page.Go{To: page.Stacks})
	case metrics.KindChanges:
		for _, c := range o.shown.Changes.List {
			if c.At.Equal(line.At) {
				return wayOfChange(c).cmd()
			}
		}
		o.open(o.changes())
		return nil
	}
	return o.metric()
}

func (o *Overview) hasDead(queue string) bool {
	for _, q := range o.shown.Queues {
		if string(q.Queue) == queue {
			return q.Dead.Value > 0
		}
	}
	return false
}

// logs opens the logs of what is under the cursor, at the time that it tells of.
func (o *Overview) logs() tea.Cmd {
	line := o.under()
	target := page.Target{Function: line.Resource.Function()}
	if !line.At.IsZero() {
		target.From = line.At.Add(-before)
	}
	return page.Send(page.Go{To: page.Logs, Target: target})
}

// metric opens the chart of what is under the cursor.
func (o *Overview) metric() tea.Cmd {
	r, matter := o.chosen().Resource, metrics.Matter("")
	if worst, wrong := o.shown.Verdict.Worst(); o.cursor == 0 && wrong {
		r, matter = worst.Resource, worst.Matter
	}
	name := o.metricOf(r, matter)
	if name == "" {
		return page.Send(page.Say{Text: "there is no metric of this", Tone: present.Dim})
	}
	return page.Send(page.Go{To: page.Metrics, Target: page.Target{Metric: name}})
}
