package queues

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
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
		file, err := openExport(path)
		if err != nil {
			yield(0, err)
			return
		}
		defer file.close()
		for m, err := range q.Peek(ctx, name, o) {
			if err == nil {
				err = file.add(name, m)
			}
			if !yield(len(file.there), err) || err != nil {
				return
			}
		}
		if err := file.keep(); err != nil {
			yield(len(file.there), err)
		}
	}
}

// export is a file of messages.
type export struct {
	path string
	file *os.File
	// there are the ids that are in it.
	there   map[string]bool
	writer  *bufio.Writer
	encoder *json.Encoder
}

// openExport opens a file to append to. A line that was cut off is cut away.
func openExport(path string) (*export, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, exportProblem(path, err)
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
			return nil, problem.New(problem.Usage, "%s is no export: its line %d is no message", path, len(there)+1).WithHint("name another file")
		}
		whole += int64(len(line))
		there[e.ID] = true
	}
	_, seek := file.Seek(whole, io.SeekStart)
	if err := errors.Join(file.Truncate(whole), seek); err != nil {
		_ = file.Close()
		return nil, exportProblem(path, err)
	}
	e := &export{path: path, file: file, there: there, writer: bufio.NewWriter(file)}
	e.encoder = json.NewEncoder(e.writer)
	e.encoder.SetEscapeHTML(false)
	return e, nil
}

// add writes a message, unless the file has it.
func (e *export) add(name Name, m *Message) error {
	if e.there[m.ID] {
		return nil
	}
	e.there[m.ID] = true
	if err := e.encoder.Encode(Exported{m.ID, name.String(), m.Sent, m.Receives, m.Group, m.Trace, m.Attributes, m.Body}); err != nil {
		return exportProblem(e.path, err)
	}
	return nil
}

// keep brings all that was added to the disk.
func (e *export) keep() error {
	if err := errors.Join(e.writer.Flush(), e.file.Sync()); err != nil {
		return exportProblem(e.path, err)
	}
	return nil
}

func (e *export) close() {
	_ = e.writer.Flush()
	_ = e.file.Close()
}

func exportProblem(path string, err error) error {
	return problem.New(problem.Failed, "%s cannot be written: %s", path, err).WithHint("what is not in it was not deleted; free some space or name another file").WithCause(err)
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
