package queues

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/keyvex/keyvex/internal/problem"
)

// fate is what the journal knows of a message.
type fate int

const (
	// untouched messages were certainly not sent.
	untouched fate = iota
	// sending was written before the call: killed then, it may have been sent.
	sending
	// sent was acknowledged, and the original is still there.
	sent
	// deleted is done.
	deleted
)

// entry is one line of a journal.
type entry struct {
	Time time.Time `json:"time"`
	// Op is begin, sending, sent, unsent, doubt, deleted, gone (sent, and not met any
	// more) or end.
	Op string `json:"op"`
	// By, who asked for it, and Plan are of a begin.
	By   string   `json:"by,omitempty"`
	Plan *Plan    `json:"plan,omitempty"`
	IDs  []string `json:"ids,omitempty"`
	// New are the ids that the messages have got, in the order of IDs.
	New []string `json:"new,omitempty"`
}

// Journal is what one redrive did, on disk before it goes on: from it a killed run is
// carried on, and it names each message that may have been sent twice. While it is
// open no other keyvex of this machine redrives the same queue.
type Journal struct {
	path   string
	file   *os.File
	queues *Queues
	fates  map[string]fate
	doubts map[string]bool
	// plan is that of the run that wrote it.
	plan  Plan
	begun bool
}

func (q *Queues) journalPath(name Name) string {
	return filepath.Join(q.Folder, q.Environment.Name+"-"+name.String()+".redrive.jsonl")
}

// openJournal opens the queue's unfinished journal, or begins one.
func (q *Queues) openJournal(name Name) (*Journal, error) {
	if err := os.MkdirAll(q.Folder, 0o700); err != nil {
		return nil, journalProblem(err)
	}
	path := q.journalPath(name)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, journalProblem(err)
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = file.Close()
		return nil, problem.New(problem.Refused, "another keyvex redrives %s", name).WithHint("wait for it to end").WithCause(err)
	}
	j := &Journal{path: path, file: file, queues: q, fates: map[string]fate{}, doubts: map[string]bool{}}
	if err := j.read(); err != nil {
		_ = file.Close()
		return nil, journalProblem(err)
	}
	return j, nil
}

func journalProblem(err error) error {
	return problem.New(problem.Failed, "the journal of the redrive cannot be kept: %s", err).
		WithHint("nothing is moved without it; free some space, or move KEYVEX_HOME").WithCause(err)
}

// read replays the journal, and cuts off a line that was torn by a kill.
func (j *Journal) read() error {
	reader, whole := bufio.NewReader(j.file), int64(0)
	for {
		line, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return j.file.Truncate(whole)
		}
		if err != nil {
			return err
		}
		whole += int64(len(line))
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			return err
		}
		j.apply(e)
	}
}

func (j *Journal) apply(e entry) {
	to, known := map[string]fate{"sending": sending, "sent": sent, "unsent": untouched, "deleted": deleted, "gone": deleted}[e.Op]
	for _, id := range e.IDs {
		if e.Op == "doubt" || e.Op == "gone" || e.Op == "sending" && j.fates[id] == sending {
			j.doubts[id] = true
		}
		if known {
			j.fates[id] = to
		}
	}
	if e.Op == "begin" && e.Plan != nil {
		j.plan, j.begun = *e.Plan, true
	}
}

// write appends an entry. It reaches the disk before anything is sent.
func (j *Journal) write(e entry) error {
	if len(e.IDs) == 0 && e.Op != "begin" && e.Op != "end" {
		return nil
	}
	e.Time = j.queues.Clock.Now().UTC()
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err = j.file.Write(append(line, '\n')); err == nil && e.Op == "sending" {
		err = j.file.Sync()
	}
	if err != nil {
		return journalProblem(err)
	}
	j.apply(e)
	return nil
}

// count counts the messages with a fate.
func (j *Journal) count(fate fate) (n int) {
	for _, f := range j.fates {
		if f == fate {
			n++
		}
	}
	return n
}

// pending are the messages that may still come again and then need care.
func (j *Journal) pending() int { return j.count(sent) + j.count(sending) }

// Doubtful names the messages that may have been sent twice, or may be when somebody
// else takes what a killed run left.
func (j *Journal) Doubtful() []string {
	out := maps.Clone(j.doubts)
	for id, f := range j.fates {
		if f == sending || f == sent {
			out[id] = true
		}
	}
	return slices.Sorted(maps.Keys(out))
}

// finish ends the journal and keeps it under a name of its own.
func (j *Journal) finish() error {
	if err := j.write(entry{Op: "end"}); err != nil {
		return err
	}
	kept := j.path[:len(j.path)-len(".jsonl")] + "." + j.queues.Clock.Now().UTC().Format("20060102T150405.000") + ".jsonl"
	if err := errors.Join(j.file.Sync(), os.Rename(j.path, kept)); err != nil {
		return journalProblem(err)
	}
	j.path = kept
	return nil
}

// Path is where the journal lies.
func (j *Journal) Path() string { return j.path }

func (j *Journal) close() { _ = j.file.Close() }
