package queues

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/problem"
)

// Exported is a message in a file, one JSON object a line.
type Exported struct {
	ID         string               `json:"id"`
	Queue      string               `json:"queue"`
	Sent       time.Time            `json:"sent"`
	Receives   int                  `json:"receives"`
	Group      string               `json:"group,omitempty"`
	Trace      string               `json:"traceHeader,omitempty"`
	Attributes map[string]Attribute `json:"attributes,omitempty"`
	Body       string               `json:"body"`
}

// Export writes the messages of a queue to a file and yields how many are in it so far.
// Messages that the file already has are not written again, so that an export that was
// cut off is carried on by the same call.
func (q *Queues) Export(ctx context.Context, name Name, path string, o PeekOptions) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		file, there, err := openExport(path)
		if err != nil {
			yield(0, err)
			return
		}
		defer func() { _ = file.Close() }()
		writer := bufio.NewWriter(file)
		encoder := json.NewEncoder(writer)
		encoder.SetEscapeHTML(false)
		for m, err := range q.Peek(ctx, name, o) {
			if err == nil && !there[m.ID] {
				there[m.ID] = true
				err = encoder.Encode(Exported{m.ID, name.String(), m.Sent, m.Receives, m.Group, m.Trace, m.Attributes, m.Body})
			}
			if err != nil {
				_ = writer.Flush()
				yield(len(there), err)
				return
			}
			if !yield(len(there), nil) {
				_ = writer.Flush()
				return
			}
		}
		if err := errors.Join(writer.Flush(), file.Sync()); err != nil {
			yield(len(there), exportProblem(path, err))
		}
	}
}

func exportProblem(path string, err error) error {
	return problem.New(problem.Failed, "%s cannot be written: %s", path, err).WithHint("nothing was deleted; free some space or name another file").WithCause(err)
}

// openExport opens a file to append to, with the ids that are in it. A line that was
// cut off is cut away.
func openExport(path string) (*os.File, map[string]bool, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, nil, exportProblem(path, err)
	}
	there, reader, whole := map[string]bool{}, bufio.NewReader(file), int64(0)
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil {
			break
		}
		var e Exported
		if json.Unmarshal(line, &e) != nil || e.ID == "" {
			_ = file.Close()
			return nil, nil, problem.New(problem.Usage, "%s is no export: its line %d is no message", path, len(there)+1).WithHint("name another file")
		}
		whole += int64(len(line))
		there[e.ID] = true
	}
	if err := file.Truncate(whole); err != nil {
		_ = file.Close()
		return nil, nil, exportProblem(path, err)
	}
	_, err = file.Seek(whole, io.SeekStart)
	return file, there, err
}

// Imported is how an import stands. Line is the last one whose message was sent: an
// import that fails carries on behind it. Doubtful messages may have been sent twice.
type Imported struct {
	Line, Sent int
	Doubtful   []string
}

// Import sends the messages of an export to a queue, behind the line skip, and yields
// after each batch.
func (q *Queues) Import(ctx context.Context, name Name, from io.Reader, skip int) iter.Seq2[Imported, error] {
	return func(yield func(Imported, error) bool) {
		reader, state := bufio.NewReader(from), Imported{Line: skip}
		for line := 0; ; {
			var batch []*Outgoing
			var ids []string
			var failure error
			for len(batch) < batchSize {
				text, err := reader.ReadBytes('\n')
				if len(text) > 0 {
					line++
				}
				if len(text) > 0 && line > skip {
					var e Exported
					if json.Unmarshal(text, &e) != nil || e.Body == "" {
						failure = problem.New(problem.Usage, "line %d is no message", line).WithHint("each line is an object with at least a body, as of keyvex queues export")
						break
					}
					batch, ids = append(batch, e.outgoing()), append(ids, e.ID)
				}
				if err != nil {
					failure = err
					break
				}
			}
			if err := q.Send(ctx, name, batch); err != nil {
				failure = err
			}
			state.count(batch, ids)
			if errors.Is(failure, io.EOF) {
				yield(state, refusals(batch))
				return
			}
			if failure == nil {
				failure = refusals(batch)
			}
			if !yield(state, failure) || failure != nil {
				return
			}
		}
	}
}

func (i *Imported) count(batch []*Outgoing, ids []string) {
	unbroken := true
	for n, m := range batch {
		if m.Doubt {
			i.Doubtful = append(i.Doubtful, ids[n])
		}
		if unbroken = unbroken && m.ID != ""; unbroken {
			i.Line++
		}
		if m.ID != "" {
			i.Sent++
		}
	}
}

func refusals(batch []*Outgoing) error {
	for _, m := range batch {
		if m.Refused != "" {
			return problem.New(problem.Failed, "a message was refused: %s", m.Refused).WithHint("repair its line")
		}
	}
	return nil
}

func (e Exported) outgoing() *Outgoing {
	o := &Outgoing{Body: e.Body, Attributes: e.Attributes, Trace: e.Trace, Group: e.Group}
	if e.Group != "" {
		o.Deduplication = fmt.Sprintf("%s-import", e.ID)
	}
	return o
}

// Purge deletes everything in a queue, what is in flight included. SQS takes up to a
// minute for it, and allows one a minute.
func (q *Queues) Purge(ctx context.Context, name Name) error {
	url, err := q.url(ctx, name.physical(q.Environment))
	if err != nil {
		return err
	}
	_, err = q.SQS.PurgeQueue(ctx, &sqs.PurgeQueueInput{QueueUrl: &url})
	return err
}
