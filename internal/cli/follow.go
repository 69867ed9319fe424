package cli

import (
	"bufio"
	"context"
	"iter"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/problem"
)

// watcher shows a run while it goes on.
type watcher interface {
	// event takes the next event, tick the passing of time.
	event(e deploy.Event)
	tick(now time.Time)
	// ask shows a question below what is shown, and keeps it in view.
	ask(question string)
	// end leaves the screen in order; the run failed or not.
	end(failed bool)
}

// tickEvery is how often a watcher is told the time.
const tickEvery = 200 * time.Millisecond

// run is a deploy or destroy being followed.
type run struct {
	*app
	watcher watcher
	// detach ends the run and leaves everything in AWS running; undo cancels it.
	detach, undo func()
	events       chan streamed
	signals      chan os.Signal
	answers      chan string
	asking       bool
	// interrupted is set when a signal ended the run without a question.
	interrupted bool
}

type streamed struct {
	event deploy.Event
	err   error
}

// follow shows the events of a stream until it ends, and gives its result. An
// interrupt asks what is to become of the run; where nobody can be asked, it is
// left running.
func (a *app) follow(ctx context.Context, w watcher, undo func(), start func(context.Context) iter.Seq2[deploy.Event, error]) (*deploy.Result, error) {
	// The signals' own context is done after the first one; the run may go on.
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	r := &run{
		app: a, watcher: w, detach: cancel, undo: undo,
		events: make(chan streamed), signals: make(chan os.Signal, 1), answers: make(chan string, 1),
	}
	signal.Notify(r.signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(r.signals)
	go func() {
		defer close(r.events)
		for event, err := range start(ctx) {
			r.events <- streamed{event, err}
		}
	}()
	result, err := r.loop()
	w.end(err != nil)
	if r.interrupted {
		hint := "the same command follows it and carries on"
		return result, problem.New(problem.Interrupted, "interrupted, what had begun goes on in AWS").WithHint("%s", hint).WithCause(err)
	}
	return result, err
}

func (r *run) loop() (result *deploy.Result, err error) {
	ticks := make(chan struct{}, 1)
	for {
		stop := r.clock.AfterFunc(tickEvery, func() { notify(ticks) })
		select {
		case s, more := <-r.events:
			if !more {
				stop()
				return result, err
			}
			r.watcher.event(s.event)
			if s.event.Result != nil {
				result = s.event.Result
			}
			if s.err != nil {
				err = s.err
			}
		case <-ticks:
			r.watcher.tick(r.clock.Now())
		case <-r.signals:
			r.interrupt()
		case answer := <-r.answers:
			r.answer(answer)
		}
		stop()
	}
}

func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// interrupt asks; a second interrupt while asking leaves the run.
func (r *run) interrupt() {
	if r.asking || !r.canAsk() {
		r.interrupted = true
		r.detach()
		return
	}
	r.asking = true
	r.watcher.ask("c: cancel and undo, l: leave it running, enter: go on? ")
	go func() {
		text, _ := bufio.NewReader(r.in).ReadString('\n')
		r.answers <- strings.ToLower(strings.TrimSpace(text))
	}()
}

func (r *run) answer(text string) {
	r.asking = false
	r.watcher.ask("")
	switch text {
	case "c", "cancel":
		r.undo()
	case "l", "leave":
		r.detach()
	}
}

// undoer is the Cancel channel of deploy.Options with what closes it, once.
func undoer() (channel chan struct{}, undo func()) {
	channel = make(chan struct{})
	closed := false
	return channel, func() {
		if !closed {
			closed = true
			close(channel)
		}
	}
}
