package queues

import (
	"errors"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues/filter"
)

// Plan is all that a redrive was asked for, as its journal has it.
type Plan struct {
	Where  string            `json:"where,omitempty"`
	IDs    []string          `json:"ids,omitempty"`
	Since  time.Time         `json:"since,omitzero"`
	Max    int               `json:"max,omitempty"`
	Canary int               `json:"canary,omitempty"`
	Only   bool              `json:"canaryOnly,omitempty"`
	Bodies map[string]string `json:"bodies,omitempty"`
}

func (o RedriveOptions) plan() *Plan {
	return &Plan{Where: o.Label, IDs: slices.Sorted(maps.Keys(o.IDs)), Since: o.Since, Max: o.Max, Canary: o.Canary, Only: o.CanaryOnly, Bodies: o.Bodies}
}

// Options carry on what was planned.
func (p Plan) Options() (RedriveOptions, error) {
	o := RedriveOptions{Selection: Selection{IDs: map[string]bool{}, Since: p.Since, Max: p.Max}, Canary: p.Canary, CanaryOnly: p.Only, Bodies: p.Bodies, Label: p.Where, Resume: true}
	for _, id := range p.IDs {
		o.IDs[id] = true
	}
	if p.Where == "" {
		return o, nil
	}
	var err error
	if o.Where, err = filter.Parse(p.Where); err != nil {
		return o, problem.New(problem.Failed, "the journal's selection %q cannot be read: %s", p.Where, err).
			WithHint("another version of keyvex wrote it; --where says it anew")
	}
	return o, nil
}

// Unfinished is what a redrive that was cut off left.
type Unfinished struct {
	Plan Plan
	// Undeleted messages are sent, and their originals still there.
	Undeleted int
}

// Unfinished reports what a redrive of a queue left, if one was cut off.
func (q *Queues) Unfinished(name Name) (left Unfinished, found bool, err error) {
	if _, err := os.Stat(q.journalPath(name)); errors.Is(err, os.ErrNotExist) {
		return left, false, nil
	}
	j, err := q.openJournal(name)
	if err != nil {
		return left, false, err
	}
	defer j.close()
	return Unfinished{j.plan, j.count(sent)}, j.begun, nil
}
