package present

import (
	"time"

	"github.com/keyvex/keyvex/internal/metrics"
)

// MetricsDocument is the document of keyvex metrics.
type MetricsDocument struct {
	Where
	Window
	PeriodSeconds float64     `json:"periodSeconds"`
	Compare       string      `json:"compare,omitempty"`
	Metrics       []MetricRow `json:"metrics"`
}

// MetricRow is one metric. Points without a value are left out.
type MetricRow struct {
	Name     string     `json:"name"`
	Title    string     `json:"title"`
	Unit     string     `json:"unit"`
	Kind     string     `json:"kind"`
	Resource string     `json:"resource"`
	Points   []PointRow `json:"points"`
	Before   []PointRow `json:"before,omitempty"`
	// Provisional is from when on values may still change.
	Provisional *time.Time `json:"provisionalFrom,omitempty"`
	Warn        *float64   `json:"warn,omitempty"`
	Fail        *float64   `json:"fail,omitempty"`
	Error       string     `json:"error,omitempty"`
}

// PointRow is the value of the period that begins at Time.
type PointRow struct {
	Time  time.Time `json:"time"`
	Value float64   `json:"value"`
}

// Charts makes the document of keyvex metrics.
func Charts(where Where, charts []metrics.Chart) MetricsDocument {
	doc := MetricsDocument{Where: where, Metrics: []MetricRow{}}
	for _, c := range charts {
		doc.From, doc.To, doc.PeriodSeconds, doc.Compare = c.Series.Start.UTC(), c.Series.End().UTC(), c.Series.Period.Seconds(), string(c.Compare)
		row := MetricRow{
			Name: c.Metric.Name, Title: c.Metric.Title, Unit: string(c.Metric.Unit), Kind: string(c.Metric.Resource.Kind), Resource: c.Metric.Resource.Name,
			Points: points(c.Series), Provisional: timeOrNil(c.Series.Provisional), Warn: numberOrNil(c.Warn), Fail: numberOrNil(c.Fail),
		}
		if c.Compare != metrics.NoComparison {
			row.Before = points(c.Before)
		}
		if c.Error != nil {
			row.Error = Clean(c.Error.Error())
		}
		doc.Metrics = append(doc.Metrics, row)
	}
	return doc
}

func points(s metrics.Series) []PointRow {
	rows := []PointRow{}
	for i, p := range s.Points {
		if p.Known {
			rows = append(rows, PointRow{s.At(i).UTC(), p.Value})
		}
	}
	return rows
}

func numberOrNil(n metrics.Number) *float64 {
	if !n.Known {
		return nil
	}
	return &n.Value
}
