package deploy

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"
	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/platform"
)

// weather is one random world: how long things take, what fails, when calls fail
// and when the reader stops.
type weather struct {
	takes    map[string]time.Duration
	fails    map[string]string
	faultsOf []int // the numbers of the calls that fail
	kinds    []int // how each of them fails
	stopAt   int   // the event after which the reader stops, 0 for never
}

func drawWeather(t *rapid.T) weather {
	w := weather{takes: map[string]time.Duration{}, fails: map[string]string{}}
	for _, s := range platform.Stacks {
		for _, id := range union(testResources[s], nil) {
			w.takes[id] = time.Duration(rapid.IntRange(0, 20_000).Draw(t, "ms of "+id)) * time.Millisecond
			if rapid.IntRange(0, 9).Draw(t, "fate of "+id) == 0 {
				w.fails[id] = "no luck with " + id
			}
		}
	}
	w.faultsOf = rapid.SliceOfN(rapid.IntRange(8, 120), 0, 12).Draw(t, "failing calls")
	w.kinds = rapid.SliceOfN(rapid.IntRange(0, 1), len(w.faultsOf), len(w.faultsOf)).Draw(t, "how")
	w.stopAt = rapid.IntRange(0, 60).Draw(t, "stop at")
	return w
}

func (w weather) over(server *fakeServer) {
	server.takes, server.fails = w.takes, w.fails
	server.fault = func(op string) error {
		i := slices.Index(w.faultsOf, len(server.calls))
		if i < 0 || !strings.HasPrefix(op, "Describe") {
			return nil
		}
		if w.kinds[i] == 0 {
			return &smithy.GenericAPIError{Code: "Throttling", Message: "Rate exceeded"}
		}
		return errors.New("connection reset by peer")
	}
}

func TestAnyDeployKeepsItsOrderAndEnds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		sky := drawWeather(rt)
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, "dev")
			sky.over(w.server)
			d := w.deployer(w.server)
			plan, err := d.Plan(t.Context(), w.release("1"), PlanOptions{})
			if err != nil {
				rt.Fatal(err)
			}
			var got outcome
			began := time.Now()
			for e, err := range d.Deploy(t.Context(), plan, Options{}) {
				got.events, got.err = append(got.events, e), err
				if e.Kind == DoneEvent {
					got.result = e.Result
				}
				if len(got.events) == sky.stopAt {
					break
				}
			}
			if waited := time.Since(began); waited > time.Hour {
				rt.Fatalf("it took %s", waited)
			}
			checkEvents(rt, got)
			if got.result != nil {
				checkResult(rt, got, sky)
			}
		})
	})
}

// checkEvents holds the order: a stack begins after its dependencies, its final
// state is its last word, and time does not run backwards.
func checkEvents(rt *rapid.T, got outcome) {
	last := map[platform.Stack]State{}
	var now time.Time
	for _, e := range got.events {
		if e.Time.Before(now) && e.Kind == DoneEvent {
			rt.Fatalf("the end is at %s, after an event at %s", e.Time, now)
		}
		if e.Kind != StackEvent && e.Kind != ResourceEvent {
			continue
		}
		s := e.Stack.Stack
		if last[s].Final() {
			rt.Fatalf("%s is %s after it was %s", s, e.Stack.State, last[s])
		}
		last[s] = e.Stack.State
		if e.Stack.State == Preparing || e.Stack.State == Creating {
			for _, dep := range s.DependsOn() {
				if last[dep] != Complete && last[dep] != NoChange {
					rt.Fatalf("%s is %s while %s is %q", s, e.Stack.State, dep, last[dep])
				}
			}
		}
		now = e.Time
	}
}

// checkResult holds the outcome against the weather: an error exactly when not all
// is complete, and an error that names a failure that really happened.
func checkResult(rt *rapid.T, got outcome, sky weather) {
	complete := true
	for _, r := range got.result.Stacks {
		if !r.State.Final() {
			rt.Fatalf("%s ends as %s", r.Stack, r.State)
		}
		complete = complete && r.State == Complete
		if r.State == RolledBack && (r.Err == nil || !strings.Contains(r.Err.Error(), "no luck with")) {
			rt.Fatalf("%s was rolled back for %v", r.Stack, r.Err)
		}
	}
	if complete != (got.err == nil) {
		rt.Fatalf("complete %v, error %v", complete, got.err)
	}
	if len(sky.faultsOf) == 0 && complete != (len(sky.fails) == 0) {
		rt.Fatalf("complete %v, though %v", complete, sky.fails)
	}
}
