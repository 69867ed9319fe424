package cloudwatch

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// The texts here are worded as CloudWatch's own notifications are.

const (
	reasonTime = "02/01/06 15:04:05"
	dataTime   = "2006-01-02T15:04:05.000-0700"
)

// reasonOf says in words why an alarm becomes what the judgement says.
func reasonOf(a alarm, t terms, j judgement) string {
	if j.state == types.StateValueInsufficientData {
		return fmt.Sprintf("Insufficient Data: %s %s unknown.", counted(t.periods, "datapoint"), was(t.periods))
	}
	if len(j.seen) == 0 {
		as := "Breaching"
		if j.state == types.StateValueOk {
			as = "NonBreaching"
		}
		return fmt.Sprintf("Threshold Crossed: no datapoints were received for %s and %s %s treated as [%s].",
			counted(t.periods, "period"), counted(j.filled, "missing datapoint"), was(j.filled), as)
	}
	speaking, not, needed := speakingFor(t, j), "", t.datapoints
	if j.state == types.StateValueOk {
		not, needed = "not ", t.periods-t.datapoints+1
	}
	return fmt.Sprintf("Threshold Crossed: %d out of the last %d datapoints [%s] %s %s%s the threshold (%s) (minimum %s for %s -> %s transition).",
		len(speaking), t.periods, listOf(speaking), was(len(speaking)), not, comparisons[a.Metric.ComparisonOperator].words, number(*a.Metric.Threshold),
		counted(needed, "datapoint"), from(j.state), j.state)
}

// from is the state that a transition's minimum is counted from.
func from(to types.StateValue) types.StateValue {
	if to == types.StateValueAlarm {
		return types.StateValueOk
	}
	return types.StateValueAlarm
}

// speakingFor are the datapoints that led to the new state.
func speakingFor(t terms, j judgement) []point {
	var out []point
	for _, p := range j.seen {
		if t.breaching(p.value) == (j.state == types.StateValueAlarm) {
			out = append(out, p)
		}
	}
	return out
}

func listOf(points []point) string {
	words := make([]string, len(points))
	for i, p := range points {
		words[i] = number(p.value) + " (" + p.at.UTC().Format(reasonTime) + ")"
	}
	return strings.Join(words, ", ")
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func was(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// number writes a float as Java does: with a decimal always.
func number(v float64) string {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if v == math.Trunc(v) && !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// reasonData is the JSON beside a reason.
func reasonData(p *metricProperties, j judgement, now time.Time, period time.Duration) string {
	data := map[string]any{
		"version": "1.0", "queryDate": now.UTC().Format(dataTime), "period": int(period.Seconds()),
		"recentDatapoints": []float64{}, "threshold": *p.Threshold,
	}
	if p.Statistic != "" {
		data["statistic"] = string(p.Statistic)
	}
	if p.ExtendedStatistic != nil {
		data["statistic"] = *p.ExtendedStatistic
	}
	if p.Unit != "" {
		data["unit"] = string(p.Unit)
	}
	if len(j.seen) > 0 {
		values, evaluated := []float64{}, []map[string]any{}
		for _, s := range j.seen {
			values = append([]float64{s.value}, values...)
			one := map[string]any{"timestamp": s.at.UTC().Format(dataTime), "value": s.value}
			if s.samples > 0 {
				one["sampleCount"] = s.samples
			}
			evaluated = append(evaluated, one)
		}
		data["startDate"] = j.seen[len(j.seen)-1].at.UTC().Format(dataTime)
		data["recentDatapoints"], data["evaluatedDatapoints"] = values, evaluated
	}
	return encoded(data)
}

func encoded(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic("cloudwatch: " + err.Error())
	}
	return string(text)
}

// latest is the alarm of a rule that changed last.
func (s *Service) latest(r rule) (last alarm) {
	for _, name := range r.alarms() {
		if a, ok := s.alarms.Get(s.nameOf(name)); ok && (last.Name == "" || a.Transitioned.After(last.Transitioned)) {
			last = a
		}
	}
	return last
}

// compositeReason says which alarm brought a composite one to its new state.
func (s *Service) compositeReason(a alarm, r rule) string {
	child := s.latest(r)
	if child.Name == "" {
		return "Alarm rule " + a.Composite.AlarmRule + " does not depend on an alarm"
	}
	return fmt.Sprintf("%s transitioned to %s at %s", s.arn(child.Name), child.State, child.Transitioned.UTC().Format("Monday 02 January, 2006 15:04:05 MST"))
}

func (s *Service) compositeData(r rule) string {
	child := s.latest(r)
	if child.Name == "" {
		return ""
	}
	return encoded(map[string]any{"triggeringAlarms": []map[string]any{{
		"arn": s.arn(child.Name), "state": map[string]any{"value": child.State, "timestamp": child.Transitioned.UTC().Format(dataTime)},
	}}})
}
