package queues

import (
	"context"
	"iter"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/queues"
)

// Runs are the redrives of the console. They go on when the page is left, and are
// shown by whichever page of the queues is opened next.
type Runs struct {
	mu  sync.Mutex
	now map[platform.Queue]*run
	// holding counts what has messages hidden: runs and readings.
	holding sync.WaitGroup
}

// End breaks off what keyvex moves itself, and returns when all that the console has
// hidden is visible again. What is read must have been ended before.
func (r *Runs) End() {
	r.mu.Lock()
	for _, run := range r.now {
		run.cancel()
	}
	r.mu.Unlock()
	r.holding.Wait()
}

// counted has End wait until a reading has given back what it holds.
func (r *Runs) counted(messages iter.Seq2[*queues.Message, error]) iter.Seq2[*queues.Message, error] {
	return func(yield func(*queues.Message, error) bool) {
		r.holding.Add(1)
		defer r.holding.Done()
		messages(yield)
	}
}

// Working says what leaving the console would break off, or leave alone.
func (r *Runs) Working() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, queue := range platform.Queues {
		run := r.now[queue]
		if run == nil || run.over {
			continue
		}
		text := "redriving " + string(queue) + ", " + present.Count(run.row.Moved, "message") + " moved: it ends here, keyvex queues redrive " + string(queue) + " --resume carries on"
		if run.bySQS {
			text = "SQS moves " + string(queue) + "'s dead letters: it goes on without the console, which would stop it when most fail"
		}
		out = append(out, text)
	}
	return out
}

// of is the run of a queue, nil where there was none.
func (r *Runs) of(queue platform.Queue) *run {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now[queue]
}

// run is one redrive. Its fields are read by a look.
type run struct {
	runs   *Runs
	queue  platform.Queue
	cancel context.CancelFunc
	// changed is closed at the next change.
	changed chan struct{}
	bySQS   bool

	row    present.RedriveRow
	canary string
	over   bool
	err    error
}

// state is a run at one moment.
type state struct {
	row    present.RedriveRow
	canary string
	over   bool
	err    error
}

func (r *run) look() state {
	r.runs.mu.Lock()
	defer r.runs.mu.Unlock()
	return state{r.row, r.canary, r.over, r.err}
}

// report changes the run and wakes who waits.
func (r *run) report(change func()) {
	r.runs.mu.Lock()
	defer r.runs.mu.Unlock()
	change()
	close(r.changed)
	r.changed = make(chan struct{})
}

// start begins a run, unless one is under way.
func (r *Runs) start(ctx context.Context, queue platform.Queue, bySQS bool, does func(context.Context, *run) error) *run {
	r.mu.Lock()
	defer r.mu.Unlock()
	if was := r.now[queue]; was != nil && !was.over {
		return was
	}
	if r.now == nil {
		r.now = map[platform.Queue]*run{}
	}
	ctx, cancel := context.WithCancel(ctx)
	begun := &run{runs: r, queue: queue, cancel: cancel, bySQS: bySQS, changed: make(chan struct{})}
	r.now[queue] = begun
	r.holding.Add(1)
	go func() {
		defer r.holding.Done()
		defer cancel()
		err := does(ctx, begun)
		begun.report(func() { begun.over, begun.err, begun.canary = true, err, "" })
	}()
	return begun
}

// moved tells a page that its run has changed.
type moved struct{ run *run }

// often is how often a page is told at most.
const often = 100 * time.Millisecond

// follow yields moved after the next change, or when that has come already.
func (r *run) follow(ctx context.Context, c clock.Clock) tea.Cmd {
	r.runs.mu.Lock()
	changed, over := r.changed, r.over
	r.runs.mu.Unlock()
	return func() tea.Msg {
		if !over {
			select {
			case <-changed:
			case <-ctx.Done():
				return nil
			}
			if !r.look().over && clock.Sleep(ctx, c, often) != nil {
				return nil
			}
		}
		return moved{r}
	}
}

// redrive is what keyvex moves itself.
func redrive(source Source, name queues.Name, o queues.RedriveOptions) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) (failure error) {
		for e, err := range source.Redrive(ctx, name, o) {
			failure = err
			r.report(func() {
				if e.Kind == "canary" {
					r.canary = e.Message
				} else if e.Kind != "" {
					r.row, r.canary = present.Redrive(name.DeadLetter(), e), ""
				}
			})
		}
		return failure
	}
}

// move is what SQS moves.
func move(source Source, name queues.Name, now func() time.Time) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		for task, err := range source.Move(ctx, name, 0) {
			if err != nil {
				return err
			}
			r.report(func() { r.row = present.Move(name.DeadLetter(), task, now()) })
		}
		return nil
	}
}
