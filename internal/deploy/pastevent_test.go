package deploy

import (
	"testing"
	"testing/synctest"

	"github.com/keyvex/keyvex/internal/platform"
)

func TestTheLastOperationIsAllOfItAndNothingBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "development")
		if _, err := w.deployer(w.server).LastOperation(t.Context(), w.env, platform.Database); err == nil {
			t.Error("a stack that there is not has events")
		}
		for _, version := range []string{"one", "two"} {
			if o := w.deploy(t.Context(), w.release(version), Options{}); o.err != nil {
				t.Fatal(o.err)
			}
		}
		events, err := w.deployer(w.server).LastOperation(t.Context(), w.env, platform.Database)
		if err != nil {
			t.Fatal(err)
		}
		newest, oldest := events[0], events[len(events)-1]
		if !newest.Stack || newest.Status != "UPDATE_COMPLETE" || !oldest.Stack || oldest.Status != "UPDATE_IN_PROGRESS" {
			t.Errorf("from %+v to %+v", oldest, newest)
		}
		seen := map[string]bool{}
		for _, e := range events {
			seen[e.LogicalID] = true
			if e.At.IsZero() || e.Status == "CREATE_COMPLETE" {
				t.Errorf("an event of before: %+v", e)
			}
		}
		for id := range testResources[platform.Database] {
			if !seen[id] {
				t.Errorf("%s is not told of: %v", id, seen)
			}
		}
	})
}
