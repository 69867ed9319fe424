package cloudwatch

import (
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// spare is how many datapoints beyond its EvaluationPeriods an alarm looks at, to
// find real ones behind missing ones: its evaluation range. AWS says that the number
// varies; the examples of its guide have two.
const spare = 2

// point is a datapoint of an alarm; one without data has the value NaN.
type point struct {
	at      time.Time
	value   float64
	samples float64
}

func (p point) missing() bool { return math.IsNaN(p.value) }

// judgement is what the datapoints say of an alarm.
type judgement struct {
	// state is empty where the alarm keeps the one it has.
	state types.StateValue
	// seen are the real datapoints that counted, the latest first.
	seen []point
	// filled missing datapoints were taken for breaching ones or for not breaching.
	filled int
}

// terms are those by which an alarm judges.
type terms struct {
	// datapoints breaching of the last periods make an alarm.
	periods, datapoints int
	missing             string
	breaching           func(v float64) bool
}

// The ways to treat missing data.
const (
	asMissing      = "missing"
	asBreaching    = "breaching"
	asNotBreaching = "notBreaching"
	ignored        = "ignore"
)

// judge follows "How alarm state is evaluated when data is missing" of the
// CloudWatch User Guide. The points are those of the evaluation range, the oldest
// first: real ones count before missing ones are filled in.
func (t terms) judge(points []point) judgement {
	j := judgement{}
	breaching, oldest := 0, 0
	for i := len(points) - 1; i >= 0 && len(j.seen) < t.periods; i-- {
		if points[i].missing() {
			continue
		}
		j.seen = append(j.seen, points[i])
		if t.breaching(points[i].value) {
			breaching++
			oldest = len(points) - i
		}
	}
	missing := t.periods - len(j.seen)
	switch {
	case breaching >= t.datapoints:
		j.state = types.StateValueAlarm
	case missing == 0:
		j.state = types.StateValueOk
	case t.missing == asBreaching:
		j.filled, j.state = missing, types.StateValueOk
		if breaching+missing >= t.datapoints {
			j.state = types.StateValueAlarm
		}
	case t.missing == asNotBreaching:
		j.filled, j.state = missing, types.StateValueOk
	case breaching < len(j.seen):
		j.state = types.StateValueOk
	case t.missing == ignored:
	case len(j.seen) == 0:
		j.state = types.StateValueInsufficientData
	case oldest >= t.datapoints:
		// The oldest one that breaches is old enough, and nothing since speaks
		// against it.
		j.state = types.StateValueAlarm
	}
	return j
}

// comparison is an alarm's operator as a function and in the words of reasons.
type comparison struct {
	words string
	holds func(v, threshold float64) bool
}

// comparisons lack the operators of anomaly bands, which are not computed here.
var comparisons = map[types.ComparisonOperator]comparison{
	types.ComparisonOperatorGreaterThanThreshold:          {"greater than", func(v, t float64) bool { return v > t }},
	types.ComparisonOperatorGreaterThanOrEqualToThreshold: {"greater than or equal to", func(v, t float64) bool { return v >= t }},
	types.ComparisonOperatorLessThanThreshold:             {"less than", func(v, t float64) bool { return v < t }},
	types.ComparisonOperatorLessThanOrEqualToThreshold:    {"less than or equal to", func(v, t float64) bool { return v <= t }},
}

// terms are by what the alarm judges; ok is false for one that compares with an
// anomaly band.
func (p *metricProperties) terms() (t terms, ok bool) {
	how, ok := comparisons[p.ComparisonOperator]
	if !ok || p.Threshold == nil {
		return t, false
	}
	t = terms{periods: int(*p.EvaluationPeriods), missing: asMissing, breaching: func(v float64) bool { return how.holds(v, *p.Threshold) }}
	t.datapoints = t.periods
	if p.DatapointsToAlarm != nil {
		t.datapoints = int(*p.DatapointsToAlarm)
	}
	if p.TreatMissingData != nil {
		t.missing = *p.TreatMissingData
	}
	if value(p.Namespace) == "AWS/DynamoDB" {
		t.missing = ignored // whatever it says ("Configuring how CloudWatch alarms treat missing data")
	}
	return t, true
}
