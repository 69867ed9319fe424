// Package traffic is the local platform's believable users: they hold sockets, have
// the application's server side post jobs, events and leads to the REST API with
// its API key, and wait for their answers.
//
// It is a client like any other: what it does, an application can do.
package traffic

import (
	"context"
	"iter"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
)

// Target is where the traffic goes.
type Target struct {
	// REST and Socket are the base URLs of both APIs' stages.
	REST, Socket string
	// APIKey opens the REST API.
	APIKey string
	// Token signs a session token for a user.
	Token func(ctx context.Context, user string) (string, error)
	// Origin is the web application's.
	Origin string
}

// Options say how much traffic there is.
type Options struct {
	// Rate is how many jobs a minute are posted; with each go some events, and now
	// and then a lead.
	Rate float64
	// Errors is the share of jobs, in percent, whose provider fails or refuses, or
	// that are poisoned.
	Errors float64
	// For is how long jobs are posted; 0 is until ctx is done.
	For time.Duration
	// Poisoned plants one job at the start that the provider refuses on its first
	// delivery, so that it becomes a dead letter, and would answer by now.
	Poisoned bool
	// Patience is how long answers are waited for after the last job.
	Patience time.Duration
	// Users hold a socket each.
	Users int
	// Seed decides what is said when, and which jobs fail.
	Seed  uint64
	Clock clock.Clock
}

// What Options default to.
const (
	DefaultRate     = 60
	DefaultErrors   = 2
	DefaultUsers    = 5
	DefaultPatience = 30 * time.Second
)

// Kind tells what an Event is about.
type Kind string

// The kinds of events.
const (
	// Posted: the REST API took a job. Refused: it did not, or not in time.
	Posted  Kind = "posted"
	Refused Kind = "refused"
	// Answered and Failed are a job's end as its user saw it over the socket.
	Answered Kind = "answered"
	Failed   Kind = "failed"
	// Ended is the last event, with the totals.
	Ended Kind = "ended"
)

// Event is something that happened to a job, and how things stand. Every event is
// delivered.
type Event struct {
	Kind  Kind
	At    time.Time
	JobID string
	// Accepted is how long the REST API took, FirstToken and Took how long the user
	// waited for the first words and for the end; as far as they are known.
	Accepted, FirstToken, Took time.Duration
	// Reason is why a job was refused or failed.
	Reason string
	Totals Totals
}

// Totals are how many there were of everything.
type Totals struct {
	Jobs, Refused, Answered, Failed int
	Events, Leads, Sockets          int
	// Longest is the longest wait for an answer.
	Longest time.Duration
}

// Waiting is how many jobs have neither been answered nor failed.
func (t Totals) Waiting() int { return t.Jobs - t.Answered - t.Failed }

// Run makes the traffic and yields what happens, until Options.For is over and all
// is answered, or ctx is done. The error is why no traffic could be made at all.
func Run(ctx context.Context, target Target, o Options) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		r := newRun(target, o)
		if err := r.connect(ctx); err != nil {
			yield(Event{Kind: Ended, At: r.Clock.Now(), Totals: r.totals()}, err)
			return
		}
		go r.drive(ctx)
		for event := range r.events {
			if !yield(event, nil) {
				cancel()
				for range r.events { // whoever still tells something must not be left waiting
				}
				return
			}
		}
	}
}

// run is traffic under way.
type run struct {
	Options
	target Target
	client *http.Client
	users  []*user
	words  *words
	events chan Event

	mu   sync.Mutex
	sums Totals
	// settled is told when the last job waiting has come to its end.
	settled chan struct{}
}

func newRun(target Target, o Options) *run {
	return &run{
		Options: o, target: target,
		// A client of its own: no proxy of the machine's between it and the platform.
		client:  &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}, Timeout: 30 * time.Second},
		words:   &words{random: rand.New(rand.NewPCG(o.Seed, 0))},
		events:  make(chan Event),
		settled: make(chan struct{}, 1),
	}
}

func (r *run) totals() Totals {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sums
}

// count changes the totals.
func (r *run) count(change func(*Totals)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.sums)
}

// tell passes on what happened to a job.
func (r *run) tell(e Event, change func(*Totals)) {
	r.count(change)
	e.At, e.Totals = r.Clock.Now(), r.totals()
	r.events <- e
	if e.Totals.Waiting() == 0 {
		select {
		case r.settled <- struct{}{}:
		default:
		}
	}
}

// drive posts until the time is over, waits for the answers, and ends the stream.
func (r *run) drive(ctx context.Context) {
	var posting sync.WaitGroup
	r.post(ctx, &posting)
	posting.Wait()
	r.await(ctx)
	for _, u := range r.users {
		u.close()
	}
	r.events <- Event{Kind: Ended, At: r.Clock.Now(), Totals: r.totals()}
	close(r.events)
}

// post starts a job at irregular times that come to the rate.
func (r *run) post(ctx context.Context, posting *sync.WaitGroup) {
	if r.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		defer r.Clock.AfterFunc(r.For, cancel)()
		defer cancel()
	}
	poisoned := r.Poisoned
	for n := 0; ctx.Err() == nil; n++ {
		job := r.words.job(r.users[n%len(r.users)].id, r.Errors, poisoned)
		poisoned = false
		// What has begun is finished when the time is over.
		posting.Go(func() { r.postJob(context.WithoutCancel(ctx), r.users[n%len(r.users)], job) })
		posting.Go(func() { r.postAround(context.WithoutCancel(ctx), n) })
		gap := time.Duration(r.words.random.ExpFloat64() * float64(time.Minute) / r.Rate)
		_ = clock.Sleep(ctx, r.Clock, min(gap, 4*time.Duration(float64(time.Minute)/r.Rate)))
	}
}

// await gives the answers their time.
func (r *run) await(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer r.Clock.AfterFunc(r.Patience, cancel)()
	for r.totals().Waiting() > 0 {
		select {
		case <-r.settled:
		case <-ctx.Done():
			return
		}
	}
}
