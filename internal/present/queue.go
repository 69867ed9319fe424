package present

import (
	"fmt"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/queues"
)

// QueuesDocument is the document of keyvex queues list.
type QueuesDocument struct {
	Where
	Queues []QueueRow `json:"queues"`
	// MetricsError says why ages and rates are missing.
	MetricsError string `json:"metricsError,omitempty"`
}

// QueueRow is one queue in a document. Times are in seconds, rates a second.
type QueueRow struct {
	Name              string   `json:"name"`
	Queue             string   `json:"queue"`
	Dead              bool     `json:"deadLetter"`
	Ready             int      `json:"ready"`
	InFlight          int      `json:"inFlight"`
	Delayed           int      `json:"delayed"`
	HeldByPeek        int      `json:"heldByPeek,omitempty"`
	OldestSeconds     *float64 `json:"oldestSeconds,omitempty"`
	ArrivedPerSecond  *float64 `json:"arrivedPerSecond,omitempty"`
	HandledPerSecond  *float64 `json:"handledPerSecond,omitempty"`
	ExpiresInSeconds  *float64 `json:"expiresInSeconds,omitempty"`
	ExpiryExact       bool     `json:"expiryExact,omitempty"`
	Consumer          string   `json:"consumer,omitempty"`
	ConsumerState     string   `json:"consumerState,omitempty"`
	MaxReceives       int      `json:"maxReceives,omitempty"`
	RetentionSeconds  float64  `json:"retentionSeconds"`
	VisibilitySeconds float64  `json:"visibilitySeconds"`
}

// Queues makes the document of keyvex queues list.
func Queues(where Where, listing queues.Listing) QueuesDocument {
	doc := QueuesDocument{Where: where, Queues: []QueueRow{}}
	for _, pair := range listing.Pairs {
		source := queueRow(pair.Source)
		source.Consumer, source.ConsumerState = string(pair.Function), pair.Consumer
		doc.Queues = append(doc.Queues, source, queueRow(pair.DeadLetter))
	}
	if listing.MetricsError != nil {
		doc.MetricsError = Clean(listing.MetricsError.Error())
	}
	return doc
}

func queueRow(s queues.Status) QueueRow {
	return QueueRow{
		Name: s.Name.String(), Queue: s.Physical, Dead: s.Name.Dead, Ready: s.Ready, InFlight: s.InFlight, Delayed: s.Delayed, HeldByPeek: s.HeldByPeek,
		OldestSeconds: seconds(s.Oldest), ArrivedPerSecond: s.ArrivedRate, HandledPerSecond: s.HandleRate,
		ExpiresInSeconds: seconds(s.Expires), ExpiryExact: s.Exact, MaxReceives: s.MaxReceives,
		RetentionSeconds: s.Retention.Seconds(), VisibilitySeconds: s.Visibility.Seconds(),
	}
}

func seconds(d *time.Duration) *float64 {
	if d == nil {
		return nil
	}
	return new(d.Seconds())
}

// QueuesTable shows each queue with its dead letters, one line a pair.
func (l Look) QueuesTable(listing queues.Listing) []string {
	columns := []Column{
		{}, {Title: "QUEUE", Flexible: true}, {Title: "ready", Right: true}, {Title: "flight", Right: true}, {Title: "delayed", Right: true, Optional: true},
		{Title: "oldest", Right: true}, {Title: "in/s", Right: true, Optional: true}, {Title: "out/s", Right: true, Optional: true},
		{Title: "dead", Right: true}, {Title: "lost in", Right: true}, {Title: "consumer"},
	}
	var rows [][]Cell
	for _, pair := range listing.Pairs {
		s, d := pair.Source, pair.DeadLetter
		dead := Cell{Text: fmt.Sprint(d.Messages())}
		if d.Messages() > 0 {
			dead.Tone = Bad
		}
		consumer := Cell{Text: consumerWords(pair.Consumer)}
		if pair.Consumer != platform.ConsumerOn {
			consumer.Tone = Warning
		}
		rows = append(rows, []Cell{
			{Text: l.Glyph(pairState(pair))}, {Text: s.Name.String()}, {Text: fmt.Sprint(s.Ready)}, {Text: fmt.Sprint(s.InFlight)}, {Text: fmt.Sprint(s.Delayed)},
			{Text: age(s)}, {Text: rate(s.ArrivedRate)}, {Text: rate(s.HandleRate)}, dead, {Text: expires(d)}, consumer,
		})
	}
	lines := l.Table(columns, rows)
	for _, pair := range listing.Pairs {
		for _, s := range []queues.Status{pair.Source, pair.DeadLetter} {
			if s.HeldByPeek > 0 {
				lines = append(lines, l.Paint(Dim, fmt.Sprintf("%s: %d held by a peek", s.Name, s.HeldByPeek)))
			}
		}
	}
	return lines
}

func pairState(p queues.Pair) State {
	spec := p.Source.Name.Queue.Spec()
	old := func(limit time.Duration) bool {
		return p.Source.Oldest != nil && p.Source.Messages() > 0 && *p.Source.Oldest > limit
	}
	switch {
	case p.DeadLetter.Messages() > 0, old(spec.OldestFail):
		return Broken
	case p.Consumer != platform.ConsumerOn, old(spec.OldestWarn):
		return Attention
	}
	return OK
}

func consumerWords(state string) string {
	switch state {
	case platform.ConsumerOn:
		return "on"
	case platform.ConsumerPaused:
		return "paused"
	case "":
		return "none"
	}
	return Clean(state)
}

// age is a dash where there is nothing that could be old.
func age(s queues.Status) string {
	if s.Oldest == nil || s.Messages() == 0 {
		return "-"
	}
	return Duration(*s.Oldest)
}

func rate(r *float64) string {
	if r == nil {
		return "-"
	}
	return fmt.Sprintf("%.1f", *r)
}

// expires has a > before what is only a lower bound.
func expires(s queues.Status) string {
	switch {
	case s.Expires == nil:
		return "-"
	case s.Exact:
		return Duration(*s.Expires)
	}
	return ">" + Duration(*s.Expires)
}
