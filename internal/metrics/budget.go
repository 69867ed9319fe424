package metrics

import "time"

// Prices of us-east-1, in dollars (aws.amazon.com/cloudwatch/pricing, /sqs/pricing and
// /secrets-manager/pricing). GetMetricData costs by the metrics that are asked for,
// whatever it answers.
const (
	metricPrice = 0.01 / 1000
	alarmPrice  = 0.01 / 1000
	queuePrice  = 0.40 / 1_000_000
	secretPrice = 0.05 / 10_000
)

// How often things are asked for while somebody looks, and by how much more seldom
// while nobody does.
const (
	metricsEvery = minute
	queuesEvery  = 15 * time.Second
	stateEvery   = minute
	changesEvery = fiveMinutes
	unfocused    = 5
)

// spend counts a GetMetricData of n metrics.
func (c *Collector) spend(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.budget.Calls++
	c.budget.Metrics += n
	c.budget.Dollars += float64(n) * metricPrice
}

// charge counts calls at a price.
func (c *Collector) charge(calls int, price float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.budget.Calls += calls
	c.budget.Dollars += float64(calls) * price
}

// pace is what an hour of asking costs when the metrics are asked for every so often.
func (c *Collector) pace(every, factor time.Duration) (calls, dollars float64) {
	quick, slow := 0, 0
	for _, m := range c.catalog {
		if m.query.slow {
			slow++
		} else {
			quick++
		}
	}
	rounds := float64(time.Hour) / float64(every)
	asked := rounds*float64(quick) + rounds/5*float64(slow) + baselinesAnHour
	state := float64(time.Hour) / float64(stateEvery*factor)
	changes := float64(time.Hour) / float64(changesEvery*factor)
	queues := queueCalls*float64(time.Hour)/float64(queuesEvery*factor) + moveCalls*changes
	calls = rounds + 2 + queues + state*(alarmCalls+stackCalls+consumerCalls+float64(len(c.reports))) + changes*(stackCalls+secretCalls+1)
	return calls, asked*metricPrice + queues*queuePrice + state*alarmCalls*alarmPrice + changes*secretCalls*secretPrice
}

// How many calls one asking takes. They are counted as they are made; these are for
// what lies ahead.
const (
	queueCalls      = 6
	alarmCalls      = 2
	stackCalls      = 6
	consumerCalls   = 3
	moveCalls       = 6
	secretCalls     = 6
	baselinesAnHour = 20
)

// factor is by how much more seldom everything is asked for.
func (c *Collector) factor() time.Duration {
	if c.focused {
		return 1
	}
	return unfocused
}

// every is how often the quick metrics are asked for: as often as there are new ones,
// and no more often than the budget allows.
func (c *Collector) every() time.Duration {
	every := metricsEvery * c.factor()
	for c.Budget > 0 && every < time.Hour {
		if _, dollars := c.pace(every, c.factor()); dollars <= c.Budget {
			break
		}
		every += minute
	}
	return every
}

// spent is the budget as the snapshot shows it.
func (c *Collector) spent() Budget {
	b := c.budget
	b.Every, b.Cap = c.every(), c.Budget
	b.Capped = b.Every > metricsEvery*c.factor()
	b.CallsPerHour, b.DollarsPerHour = c.pace(b.Every, c.factor())
	return b
}
