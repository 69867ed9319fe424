package deploy

import (
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/platform"
)

// tracker keeps the state of one stack in a run and tells of every change of it.
type tracker struct {
	mu       sync.Mutex
	progress StackProgress
	now      func() time.Time
	emit     func(Event)
	forecast *forecast

	// began is when each resource's operation began, by CloudFormation's clock.
	began        map[string]time.Time
	done, undone map[string]bool
	retained     []ResourceName
	leftover     []ResourceName
	undoing      bool
	sawOperation bool
	events       []types.StackEvent
}

func newTracker(p StackPlan, waits []platform.Stack, box *mailbox, now func() time.Time, f *forecast) *tracker {
	return &tracker{
		progress: StackProgress{Stack: p.Stack, Name: p.Name, State: Waiting, Status: p.Status, WaitsFor: waits},
		now:      now, emit: box.put, forecast: f,
		began: map[string]time.Time{}, done: map[string]bool{}, undone: map[string]bool{},
	}
}

// snapshot is the state as of now. The caller holds the lock.
func (t *tracker) snapshot() StackProgress {
	p := t.progress
	if !p.Started.IsZero() && !p.State.Final() {
		p.Took = t.now().Sub(p.Started)
	}
	return p
}

func (t *tracker) tell(e Event) {
	e.Time, e.Stack = t.now(), t.snapshot()
	e.Remaining = t.forecast.remaining(e.Stack, e.Time)
	t.emit(e)
}

// enter moves the stack to a state.
func (t *tracker) enter(s State) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.progress.Started.IsZero() && s != Waiting && s != Skipped {
		t.progress.Started = t.now()
	}
	if s.Final() && !t.progress.Started.IsZero() {
		t.progress.Took = t.now().Sub(t.progress.Started)
	}
	t.progress.State = s
	if s != Waiting && s != Skipped {
		t.progress.WaitsFor = nil
	}
	t.tell(Event{Kind: StackEvent})
}

// begin starts the count for a new operation of total resources, 0 when unknown.
func (t *tracker) begin(s State, total int) {
	t.mu.Lock()
	t.done, t.undone, t.began = map[string]bool{}, map[string]bool{}, map[string]time.Time{}
	t.undoing, t.sawOperation, t.events = false, false, nil
	t.retained, t.leftover = nil, nil
	t.progress.Done, t.progress.Undone, t.progress.Total = 0, 0, total
	t.mu.Unlock()
	t.enter(s)
}

func (t *tracker) notice(sentence string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tell(Event{Kind: NoticeEvent, Notice: sentence})
}

// status takes note of CloudFormation's status of the stack.
func (t *tracker) status(s string) (changed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s == "" || t.progress.Status == s {
		return false
	}
	t.progress.Status = s
	if next := stateOf(s, t.progress.State); next != t.progress.State {
		t.progress.State = next
	}
	t.tell(Event{Kind: StackEvent})
	return true
}

// stateOf is the state that a running operation's status stands for.
func stateOf(status string, now State) State {
	switch {
	case strings.Contains(status, "ROLLBACK_IN_PROGRESS"), strings.Contains(status, "ROLLBACK_COMPLETE_CLEANUP"):
		return RollingBack
	case status == "DELETE_IN_PROGRESS" && (now == Creating || now == RollingBack):
		return RollingBack
	}
	return now
}

// observe takes note of one event of CloudFormation.
func (t *tracker) observe(e types.StackEvent) {
	if aboutStack(e) {
		t.mu.Lock()
		t.sawOperation = true
		t.events = append(t.events, e)
		status := string(e.ResourceStatus)
		t.undoing = stateOf(status, t.progress.State) == RollingBack
		t.mu.Unlock()
		if !settled(status) {
			t.status(status)
		}
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sawOperation = true
	t.events = append(t.events, e)
	r := t.resource(e)
	t.count(r)
	t.tell(Event{Kind: ResourceEvent, Resource: r})
}

// resource times a resource from its first row in the operation to this one.
func (t *tracker) resource(e types.StackEvent) ResourceProgress {
	r := ResourceProgress{
		ResourceName: ResourceName{aws.ToString(e.LogicalResourceId), aws.ToString(e.PhysicalResourceId), aws.ToString(e.ResourceType)},
		Status:       string(e.ResourceStatus), Reason: tidy(aws.ToString(e.ResourceStatusReason)), Time: aws.ToTime(e.Timestamp),
	}
	verb, _, _ := strings.Cut(r.Status, "_")
	key := verb + " " + r.LogicalID
	first, ok := t.began[key]
	if !ok {
		t.began[key], first = r.Time, r.Time
	}
	r.Took = r.Time.Sub(first)
	if settled(r.Status) && r.Took > 0 {
		t.forecast.observe(r, verb)
	}
	return r
}

func (t *tracker) count(r ResourceProgress) {
	switch {
	case r.Status == "DELETE_SKIPPED":
		t.retained = append(t.retained, r.ResourceName)
	case r.Status == "DELETE_FAILED":
		t.leftover = append(t.leftover, r.ResourceName)
	}
	if !strings.HasSuffix(r.Status, "_COMPLETE") && r.Status != "DELETE_SKIPPED" {
		return
	}
	if t.undoing {
		t.undone[r.LogicalID] = true
	} else {
		t.done[r.LogicalID] = true
	}
	t.progress.Done, t.progress.Undone = len(t.done), len(t.undone)
	if t.progress.Total > 0 {
		t.progress.Total = max(t.progress.Total, t.progress.Done)
	}
}

// blame takes note of why the stack failed.
func (t *tracker) blame(c cause) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.progress.Reason, t.progress.ReasonResource = c.reason, c.resource
}

// seen gives the events of the operation and whether there were any.
func (t *tracker) seen() ([]types.StackEvent, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.events, t.sawOperation
}

// result is what has become of the stack.
func (t *tracker) result() StackResult {
	t.mu.Lock()
	defer t.mu.Unlock()
	return StackResult{
		Stack: t.progress.Stack, Name: t.progress.Name, State: t.progress.State, Status: t.progress.Status,
		Changed: t.progress.Done, Took: t.progress.Took, Retained: t.retained, Leftover: t.leftover,
	}
}

// current is the state the stack is in.
func (t *tracker) current() State {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.progress.State
}
