package queues

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"
)

// Sighting is what the last peek of a queue on this machine saw, kept in a file.
type Sighting struct {
	// Oldest is when the oldest message that was met was first sent.
	Oldest time.Time `json:"oldest,omitzero"`
	// At is when the peek ended; Whole tells that it came to the queue's end.
	At    time.Time `json:"at,omitzero"`
	Whole bool      `json:"whole,omitempty"`
	// Held messages are hidden by the peek until Until, or until it ends.
	Held  int       `json:"held,omitempty"`
	Until time.Time `json:"until,omitzero"`
}

type sighting struct {
	Sighting
	queues *Queues
	path   string
	// written is the Until that the file has.
	written time.Time
}

// sightingEvery is how often the file is written while a peek runs.
const sightingEvery = time.Second

func (q *Queues) sightingPath(name Name) string {
	return filepath.Join(q.Folder, q.Environment.Name+"-"+name.String()+".seen.json")
}

func newSighting(q *Queues, name Name) *sighting {
	return &sighting{queues: q, path: q.sightingPath(name)}
}

// note writes down what a receive brought. What cannot be written is not missed: it
// only tells others what the peek holds.
func (s *sighting) note(batch []*Message, held int) {
	for _, m := range batch {
		if s.Oldest.IsZero() || m.Sent.Before(s.Oldest) {
			s.Oldest = m.Sent
		}
	}
	s.Held, s.Until = held, s.queues.Clock.Now().Add(hold).UTC()
	if s.Until.Sub(s.written) >= sightingEvery {
		s.written = s.Until
		s.write()
	}
}

func (s *sighting) end(whole bool) {
	s.Held, s.Until, s.At, s.Whole = 0, time.Time{}, s.queues.Clock.Now().UTC(), whole
	s.write()
}

func (s *sighting) write() {
	if s.queues.Folder == "" || os.MkdirAll(s.queues.Folder, 0o700) != nil {
		return
	}
	text, err := json.Marshal(s.Sighting)
	if err == nil && os.WriteFile(s.path+".new", text, 0o600) == nil {
		_ = os.Rename(s.path+".new", s.path)
	}
}

// lastSighting is empty where there was none.
func (q *Queues) lastSighting(name Name) (s Sighting) {
	if text, err := os.ReadFile(q.sightingPath(name)); err == nil {
		_ = json.Unmarshal(text, &s)
	}
	return s
}
