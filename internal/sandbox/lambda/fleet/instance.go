package fleet

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
)

// initLimit is how long Lambda lets an instance initialize. One that takes longer may
// try again with the time of its first invocation, so it has the greater of both.
const initLimit = 10 * time.Second

// foreign is said of a package whose bootstrap is a program.
const foreign = "the bootstrap is a program of its own: only the functions that keyvex carries run here"

// instance is an execution environment of one version of a function. The fleet's
// lock guards what has no lock of its own; only who acquired it serves with it.
type instance struct {
	fleet                            *Fleet
	version, revision, group, stream string
	// drawn says that the invocation under way draws from the account's concurrency.
	drawn, outdated bool
	expires         time.Time
	wakeUp          func() bool
	// initialized is how long the init phase took, for the first report.
	initialized time.Duration

	mu      sync.Mutex
	running runner.Instance
	ended   bool
	tail    tail
}

// fits reports whether the instance can serve that revision now.
func (i *instance) fits(f Function, now time.Time) bool {
	return i.revision == f.Revision && !i.outdated && i.usable() && (i.expires.IsZero() || now.Before(i.expires))
}

// usable reports whether the instance has been started and has not ended.
func (i *instance) usable() bool {
	running := i.started()
	if running == nil {
		return false
	}
	select {
	case <-running.Gone():
		return false
	default:
		return true
	}
}

func (i *instance) started() runner.Instance {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.running
}

func (i *instance) sleep(f func()) { i.wakeUp = i.fleet.Clock.AfterFunc(idleTime, f) }

func (i *instance) wake() {
	if i.wakeUp != nil {
		i.wakeUp()
		i.wakeUp = nil
	}
}

// end stops the instance, also one that is just being started.
func (i *instance) end() {
	i.mu.Lock()
	i.ended = true
	running := i.running
	i.mu.Unlock()
	if running != nil {
		running.Stop()
	}
}

// log writes lines, and keeps the last of them for who asked for the log's tail.
func (i *instance) log(texts ...string) {
	now := i.fleet.Clock.Now()
	lines := make([]host.LogLine, len(texts))
	i.mu.Lock()
	for n, text := range texts {
		lines[n] = host.LogLine{At: now, Message: text + "\n"}
		i.tail.add(lines[n].Message)
	}
	i.mu.Unlock()
	i.fleet.Append(i.group, i.stream, lines...)
}

// serve runs one invocation, after the init phase if there was none yet.
func (i *instance) serve(life context.Context, f Function, in runner.Invocation) (Outcome, error) {
	i.mu.Lock()
	i.tail.reset()
	i.mu.Unlock()
	began := i.fleet.Clock.Now()
	var failure *runner.Failure
	cold := i.started() == nil
	if cold {
		var err error
		if failure, err = i.initialize(life, f); err != nil {
			return Outcome{}, err
		}
	}
	i.log("START RequestId: " + in.RequestID + " Version: " + f.Version)
	r := report{Function: f, request: in.RequestID, cold: cold, initialized: i.initialized, failure: failure}
	if failure == nil {
		i.run(life, &r, in)
	}
	if running := i.started(); running != nil {
		r.memory = running.MaxMemory()
	}
	i.log(r.lines(i.fleet.Clock.Now())...)
	i.fleet.Measure(r.metrics(began)...)
	i.mu.Lock()
	defer i.mu.Unlock()
	return Outcome{Payload: r.payload(), Failed: r.failed(), Tail: i.tail.bytes()}, nil
}

func (i *instance) run(life context.Context, r *report, in runner.Invocation) {
	ctx, cancel := context.WithTimeout(life, r.Timeout)
	defer cancel()
	in.Deadline, _ = ctx.Deadline()
	in.FunctionARN = r.ARN
	start := wall.Now()
	reply, err := i.started().Invoke(ctx, in)
	r.duration, r.reply = wall.Now().Sub(start), reply
	if err != nil {
		i.end()
		r.failure = failureOf(err, r.Timeout)
	}
}

// failureOf is the failure behind an error of a runner.
func failureOf(err error, timeout time.Duration) *runner.Failure {
	if own, ok := errors.AsType[*runner.Failure](err); ok {
		return own
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &runner.Failure{Type: runner.TimedOut, Message: timedOut(timeout)}
	}
	return &runner.Failure{Type: runner.ExitError, Message: "Runtime exited with error: signal: killed"}
}

// initialize starts the instance. A failure of the function's own is for the
// invocation to report; the error says that there was nothing to start.
func (i *instance) initialize(life context.Context, f Function) (*runner.Failure, error) {
	i.stream = i.fleet.Clock.Now().UTC().Format("2006/01/02") + "/[" + f.Version + "]" + i.fleet.StreamID()
	spec, expires, err := f.Prepare(life, i.stream)
	if err != nil {
		return nil, err
	}
	i.expires = expires
	if spec.Program == "" {
		return &runner.Failure{Type: runner.InvalidEntrypoint, Message: foreign}, nil
	}
	spec.Output = func(lines []string) { i.log(lines...) }
	i.log(initStart(f.Runtime))
	limit := max(initLimit, f.Timeout)
	ctx, cancel := context.WithTimeout(life, limit)
	defer cancel()
	start := wall.Now()
	running, err := i.fleet.Runner.Start(ctx, spec)
	i.initialized = wall.Now().Sub(start)
	if err != nil {
		failure := failureOf(err, limit)
		i.log(initReport(i.initialized, failure))
		return failure, nil
	}
	i.mu.Lock()
	i.running = running
	ended := i.ended
	i.mu.Unlock()
	if ended {
		running.Stop()
	}
	return nil, nil
}
