package sqs

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// The states of a message move task.
const (
	taskRunning   = "RUNNING"
	taskCompleted = "COMPLETED"
	taskCancelled = "CANCELLED"
	taskFailed    = "FAILED"
)

// moveTask is the way back out of a dead-letter queue.
type moveTask struct {
	ID string
	// Source and Destination are ARNs; without a destination each message goes
	// back to where it came from.
	Source, Destination string `json:",omitempty"`
	// Rate is in messages a second, 0 for as fast as it goes.
	Rate          int32 `json:",omitempty"`
	Started       time.Time
	Status        string
	Reason        string `json:",omitempty"`
	Moved, ToMove int64
}

// keptTasks is how many finished tasks of a source can be listed.
const keptTasks = 10

// Without a rate a task moves that many messages at a time: 10,000 a second, and
// others get their turn in between.
const (
	stride = 100
	pause  = 10 * time.Millisecond
)

func (t *moveTask) step() (messages int64, every time.Duration) {
	if t.Rate > 0 {
		return 1, time.Second / time.Duration(t.Rate)
	}
	return stride, pause
}

func (t *moveTask) handle() *string {
	return new(base64.StdEncoding.EncodeToString([]byte(t.ID + " " + t.Source)))
}

// taskID is the id in a task handle.
func taskID(handle string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(handle)
	id, _, ok := strings.Cut(string(raw), " ")
	if err != nil || !ok {
		return "", invalidParameter("Value for parameter TaskHandle is invalid.")
	}
	return id, nil
}

// schedule lets the task go on after its pause. It is called with the lock held.
func (s *Service) schedule(t moveTask) {
	if s.closed {
		return
	}
	_, every := t.step()
	s.timers[t.ID] = s.host.Clock.AfterFunc(every, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.advance(t.ID)
	})
}

// advance moves a task's next messages.
func (s *Service) advance(id string) {
	t, ok := s.tasks.Get(id)
	if !ok || s.closed || t.Status != taskRunning {
		return
	}
	var changes []state.Change
	n, _ := t.step()
	for range n {
		moved, done := s.moveOne(&t)
		changes = append(changes, moved...)
		if done {
			break
		}
	}
	s.host.State.Commit(append(changes, s.tasks.Put(id, t))...)
	if t.Status == taskRunning {
		s.schedule(t)
		return
	}
	delete(s.timers, id)
}

// moveOne moves the task's next message, or says in the task how it ended.
func (s *Service) moveOne(t *moveTask) (changes []state.Change, done bool) {
	source, ok := s.byARN(t.Source)
	if !ok {
		return nil, t.end(taskFailed, "AWS.SimpleQueueService.NonExistentQueue")
	}
	b := s.backlog(source)
	m := b.available.next()
	if m == nil || t.Moved >= t.ToMove {
		return nil, t.end(taskCompleted, "")
	}
	destination := t.Destination
	if destination == "" {
		destination = m.Source
	}
	if destination == "" {
		return nil, t.end(taskFailed, "CouldNotDetermineMessageSource")
	}
	target, ok := s.byARN(destination)
	if !ok || target.fifo() != source.fifo() {
		return nil, t.end(taskFailed, "AWS.SimpleQueueService.NonExistentQueue")
	}
	t.Moved++
	return s.revive(b, target, m), false
}

func (t *moveTask) end(status, reason string) bool {
	t.Status, t.Reason = status, reason
	return true
}

// revive sends a dead letter again: it is a new message, with a new id and a new
// retention period (Amazon SQS dead-letter queue redrive).
func (s *Service) revive(b *backlog, target queue, m *message) []state.Change {
	now := s.host.Clock.Now()
	b.remove(m)
	changes := s.forget(m)
	again := *m.content
	again.Sent = now
	fresh := &message{id: s.uuid(), content: &again, delivery: delivery{Queue: target.Name, Visible: now}}
	s.number(fresh, now)
	s.backlog(target).add(fresh, now)
	return append(changes, s.contents.Put(fresh.id, fresh.content), s.deliveries.Put(fresh.id, fresh.delivery))
}

// tasksOf are the tasks of a source, the latest first.
func (s *Service) tasksOf(source string) []moveTask {
	var out []moveTask
	for _, t := range s.tasks.All() {
		if t.Source == source {
			out = append([]moveTask{t}, out...)
		}
	}
	return out
}

func noSuchTask() error {
	return &types.ResourceNotFoundException{Message: new("Task does not exist.")}
}
