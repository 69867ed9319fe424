package metrics

import (
	"time"

	"github.com/keyvex/keyvex/internal/platform"
)

func (c *Collector) fillQueue(q *Queue) {
	of := func(what string) string { return name(q.Queue, what) }
	letters := q.Queue.DeadLetter()
	q.Source, q.ConsumerSource = *c.sources[SourceQueues], *c.sources[SourceConsumers]
	q.State = stateOf(q.Source, c.Clock.Now())
	if q.State != Loading { // who knows whether anything is taken from it
		q.State = max(q.State, stateOf(q.ConsumerSource, c.Clock.Now()))
	}
	q.Spark = c.hour(of(waiting))
	q.DeadSpark = added(c.hour(name(letters, dead)), c.hour(name(letters, held)))
	consumer := c.consumers[q.Queue]
	if q.Consumer = consumer.state; platform.ConsumerPauses(consumer.state) {
		q.PausedSince = consumer.modified
	}
	if stateOf(*c.sources[SourceMetrics], c.Clock.Now()) == Healthy {
		q.Oldest, q.In, q.Out = c.latest(of(oldest)), per(c.recently(of(sent)), 5), per(c.recently(of(deleted)), 5)
		_, at := q.Spark.Last()
		q.Asleep = at < 0
	}
	facts := c.queues[q.Queue]
	if facts == nil {
		if q.State == Healthy {
			q.State = Idle // it is not there: the findings say whether it should be
		}
		return
	}
	source, pair := facts.pair.Source, facts.pair
	q.Ready, q.InFlight, q.Delayed = Some(float64(source.Ready)), Some(float64(source.InFlight)), Some(float64(source.Delayed))
	q.Dead = Some(float64(pair.DeadLetter.Messages()))
	if age := c.latest(name(letters, oldest)); age.Known {
		pair.DeadLetter.Oldest = new(time.Duration(age.Value) * time.Second)
	}
	if c.Queues.Expire(&pair); pair.DeadLetter.Expires != nil {
		q.LostIn, q.LostKnown, q.LostExact = *pair.DeadLetter.Expires, true, pair.DeadLetter.Exact
	}
	if q.Dead.Value > 0 {
		q.DeadSince, q.NewestDead = c.deaths(q.DeadSpark, q.Dead.Value, facts)
	}
}

// added is the sum of two series, known where the first is.
func added(a, b Series) Series {
	for i := range a.Points {
		if i < len(b.Points) && a.Points[i].Known {
			a.Points[i].Value += b.Points[i].Value
		}
	}
	return a
}

// deaths tells since when there are dead letters, and when the newest came: by the
// hour's points, by what there is now, and by what was seen grow since.
func (c *Collector) deaths(hour Series, now float64, facts *queueFacts) (since, newest time.Time) {
	before, known := 0.0, false
	for i, p := range hour.Points {
		switch {
		case !p.Known:
			continue
		case p.Value == 0:
			since = time.Time{}
		case known && p.Value > before, !known && i > 0:
			// The hour's first point with gaps before it: SQS publishes nothing of a queue
			// that has been empty for long, so what is in it has come.
			if newest = hour.At(i); before == 0 {
				since = hour.At(i)
			}
		}
		before, known = p.Value, true
	}
	if known && now > before && facts.grew.IsZero() {
		facts.grew = hour.End() // after the last point, and no earlier
	}
	if facts.grew.After(newest) {
		newest = facts.grew
	}
	if since.IsZero() && (!known || before == 0) {
		since = facts.grew
	}
	return since, newest
}
