package present

import (
	"time"

	"github.com/keyvex/keyvex/internal/metrics"
)

// Judgement is the verdict at length, for a command: its line, and every finding but
// the first below it, with what to do.
func (l Look) Judgement(s metrics.Snapshot, o OverviewOptions) []string {
	lines := Wrap(l.VerdictLine(s, o), l.Width)
	worst, wrong := s.Verdict.Worst()
	if wrong && worst.Next != "" {
		lines = append(lines, l.Paint(Dim, "  next: "+Clean(worst.Next)))
	}
	if wrong {
		lines = append(lines, l.FindingLines(s.Verdict.Findings[1:], o)...)
	}
	return lines
}

// VerdictRow is the verdict in a document.
type VerdictRow struct {
	// Level is healthy, degraded, unknown or broken.
	Level    string       `json:"level"`
	Since    *time.Time   `json:"since,omitempty"`
	Findings []FindingRow `json:"findings"`
}

// FindingRow is one thing that is wrong.
type FindingRow struct {
	Level    string     `json:"level"`
	Matter   string     `json:"matter"`
	Kind     string     `json:"kind"`
	Resource string     `json:"resource"`
	Text     string     `json:"text"`
	Cause    string     `json:"cause,omitempty"`
	Change   *ChangeRow `json:"change,omitempty"`
	Since    *time.Time `json:"since,omitempty"`
	Next     string     `json:"next,omitempty"`
	Value    float64    `json:"value,omitempty"`
	Limit    float64    `json:"limit,omitempty"`
}

// SourceRow is how asking one of the sources went.
type SourceRow struct {
	Name      string     `json:"name"`
	Answered  *time.Time `json:"answered,omitempty"`
	Code      string     `json:"code,omitempty"`
	Operation string     `json:"operation,omitempty"`
	Error     string     `json:"error,omitempty"`
}

// AskedRow is what was asked of AWS, and what it cost: Metrics are those of CloudWatch, as
// they are charged.
type AskedRow struct {
	Calls   int     `json:"calls"`
	Metrics int     `json:"metrics"`
	Dollars float64 `json:"dollars"`
}

// Verdict makes the row of a document.
func Verdict(v metrics.Verdict) VerdictRow {
	row := VerdictRow{Level: v.Level.String(), Since: timeOrNil(v.Since), Findings: []FindingRow{}}
	for _, f := range v.Findings {
		var change *ChangeRow
		if f.Change.Kind != "" {
			change = new(changeRow(f.Change))
		}
		row.Findings = append(row.Findings, FindingRow{
			Level: f.Level.String(), Matter: string(f.Matter), Kind: string(f.Resource.Kind), Resource: f.Resource.Name,
			Text: f.Text, Cause: f.Cause, Change: change, Since: timeOrNil(f.Since), Next: f.Next, Value: f.Value, Limit: f.Limit,
		})
	}
	return row
}

// Judge adds what a snapshot knows to the document of keyvex status.
func (d *StatusDocument) Judge(s metrics.Snapshot) {
	verdict := Verdict(s.Verdict)
	d.Verdict, d.Asked = &verdict, &AskedRow{s.Budget.Calls, s.Budget.Metrics, s.Budget.Dollars}
	for _, q := range s.Queues {
		if q.Paused() {
			d.Paused = append(d.Paused, string(q.Queue.Spec().Consumer))
		}
	}
	for _, source := range s.Sources {
		if source.Loading() {
			continue // it was not asked: nothing is wrong
		}
		row := SourceRow{Name: string(source.Name), Answered: timeOrNil(source.Answered), Code: source.Code, Operation: source.Operation}
		if source.Err != nil {
			row.Error, _ = ProblemWords(source.Err)
		}
		d.Sources = append(d.Sources, row)
	}
}
