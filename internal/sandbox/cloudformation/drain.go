package cloudformation

import (
	"context"
	"errors"
	"slices"
)

// drain works through a graph: each node once what it needs is done, independent
// ones at the same time. What needs a failed node is not started. When halt is
// set, nothing is started after the first failure, and when abort is set as well
// what is under way is given up. It reports whether all nodes were done, and
// errStopped when the sandbox stops first.
func (r *run) drain(needs map[string][]string, halt, abort bool, work func(id string) error) (complete bool, err error) {
	type outcome struct {
		id  string
		err error
	}
	results := make(chan outcome)
	waiting, running := sortedKeys(needs), 0
	finished := map[string]bool{}
	failed := false
	for {
		for _, id := range ready(waiting, needs, finished) {
			if r.steps.Err() != nil || failed && halt {
				break
			}
			waiting = slices.DeleteFunc(waiting, func(other string) bool { return other == id })
			running++
			go func() { results <- outcome{id, work(id)} }()
		}
		if running == 0 {
			break
		}
		result := <-results
		running--
		switch {
		case result.err == nil:
			finished[result.id] = true
		case !errors.Is(result.err, errStopped):
			failed = true
			if abort {
				r.cancel(errCancelled)
			}
		}
	}
	if r.over() {
		return false, errStopped
	}
	return len(finished) == len(needs) && context.Cause(r.steps) == nil, nil
}

// ready lists the waiting nodes whose needs are all finished.
func ready(waiting []string, needs map[string][]string, finished map[string]bool) []string {
	var list []string
	for _, id := range waiting {
		if !slices.ContainsFunc(needs[id], func(need string) bool { return !finished[need] }) {
			list = append(list, id)
		}
	}
	return list
}

// backwards turns needs around for deletion, among the nodes given: what is
// needed waits until all that need it are gone.
func backwards(needs map[string][]string) map[string][]string {
	out := make(map[string][]string, len(needs))
	for id := range needs {
		out[id] = nil
	}
	for id, names := range needs {
		for _, name := range names {
			if _, ok := needs[name]; ok && name != id {
				out[name] = append(out[name], id)
			}
		}
	}
	return out
}
