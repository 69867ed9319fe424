package queues

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
)

// Redriven is a redrive that was begun on this machine.
type Redriven struct {
	// Name is the queue that the messages came back to.
	Name  Name
	Began time.Time
	// Ended is zero for one that was cut short and not carried on yet.
	Ended time.Time
	Sent  int
	// By is who began it; empty where nobody knew.
	By string
}

// Redrives lists the redrives of this machine that began since a time, by their
// journals. Other machines' are not known here.
func (q *Queues) Redrives(since time.Time) ([]Redriven, error) {
	files, err := os.ReadDir(q.Folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, journalProblem(err)
	}
	var out []Redriven
	for _, queue := range platform.Queues {
		name := Name{Queue: queue}
		stem := strings.TrimSuffix(filepath.Base(q.journalPath(name.DeadLetter())), ".jsonl")
		for _, file := range files {
			if !strings.HasPrefix(file.Name(), stem) || !strings.HasSuffix(file.Name(), ".jsonl") {
				continue
			}
			text, err := os.ReadFile(filepath.Join(q.Folder, file.Name()))
			if err != nil {
				return nil, journalProblem(err)
			}
			if r := redriven(name, text); !r.Began.Before(since) {
				out = append(out, r)
			}
		}
	}
	return out, nil
}

// redriven sums a journal up. A line that was torn by a kill counts for nothing.
func redriven(name Name, text []byte) Redriven {
	r := Redriven{Name: name}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	for lines.Scan() {
		var e entry
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue
		}
		switch e.Op {
		case "begin":
			if r.Began.IsZero() {
				r.Began, r.By = e.Time, e.By
			}
		case "sent":
			r.Sent += len(e.IDs)
		case "end":
			r.Ended = e.Time
		}
	}
	return r
}
