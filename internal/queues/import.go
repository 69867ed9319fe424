package queues

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/keyvex/keyvex/internal/problem"
)

// Imported is how an import stands. An import that fails carries on behind Line: up to it
// each line was sent or is one of Refused, which SQS takes in no case. Doubtful messages
// may have been sent twice, or will be when it is carried on.
type Imported struct {
	Line, Sent int
	Refused    []int
	Doubtful   []string

	// why is of the first of Refused.
	why string
}

// Import sends the messages of an export to a queue, behind the line skip, and yields
// after each batch.
func (q *Queues) Import(ctx context.Context, name Name, from io.Reader, skip int) iter.Seq2[Imported, error] {
	return func(yield func(Imported, error) bool) {
		lines, state := exportLines{reader: bufio.NewReader(from)}, Imported{Line: skip}
		for {
			batch, names, failure := lines.next(skip)
			if err := q.Send(ctx, name, batch); err != nil {
				failure = err
			}
			state.count(batch, names)
			if errors.Is(failure, io.EOF) {
				yield(state, state.refusal())
				return
			}
			if failure != nil && state.Line > skip {
				failure = problem.New(problem.KindOf(failure), "%s", failure).WithHint("--skip %d carries on", state.Line).WithCause(failure)
			}
			if !yield(state, failure) || failure != nil {
				return
			}
		}
	}
}

// exportLines reads an export, of which line lines were read.
type exportLines struct {
	reader *bufio.Reader
	line   int
}

// next reads a batch behind the line skip, with a name for each of its messages. With an
// error, io.EOF at the end, it is the last one.
func (l *exportLines) next(skip int) (batch []*Outgoing, names []string, err error) {
	for len(batch) < batchSize && err == nil {
		var text []byte
		if text, err = l.reader.ReadBytes('\n'); len(text) == 0 {
			break
		}
		if l.line++; l.line <= skip {
			continue
		}
		var e Exported
		if json.Unmarshal(text, &e) != nil || e.Body == "" {
			return batch, names, problem.New(problem.Usage, "line %d is no message", l.line).WithHint("each line is an object with at least a body, as of keyvex queues export")
		}
		batch, names = append(batch, e.outgoing()), append(names, cmp.Or(e.ID, fmt.Sprint("line ", l.line)))
	}
	return batch, names, err
}

// count adds what became of a batch.
func (i *Imported) count(batch []*Outgoing, names []string) {
	unbroken := true
	for n, m := range batch {
		if unbroken = unbroken && m.settled(); unbroken {
			i.Line++
		}
		if unbroken && m.Refused != "" {
			i.Refused, i.why = append(i.Refused, i.Line), cmp.Or(i.why, m.Refused)
		}
		if m.ID != "" {
			i.Sent++
		}
		if m.Doubt || m.ID != "" && !unbroken {
			i.Doubtful = append(i.Doubtful, names[n])
		}
	}
}

// refusal is the problem of lines that SQS refused, nil without any.
func (i *Imported) refusal() error {
	if len(i.Refused) == 0 {
		return nil
	}
	return problem.New(problem.Failed, "SQS refused %d of the lines, the first with %s", len(i.Refused), i.why).
		WithHint("repair those lines in a file of their own; the others are sent")
}

func (e Exported) outgoing() *Outgoing {
	o := &Outgoing{Body: e.Body, Attributes: e.Attributes, Trace: e.Trace, Group: e.Group}
	if e.Group != "" && e.ID != "" { // one for all would have SQS swallow all but the first
		o.Deduplication = fmt.Sprintf("%s-import", e.ID)
	}
	return o
}
