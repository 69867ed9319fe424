package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/keyvex/keyvex/lambdas/store"
)

func TestConnectionsAreFoundByTheirIdAndByTheirUser(t *testing.T) {
	eachDynamoDB(t, func(t *testing.T, table *store.Table) {
		a := store.Connection{ID: "a=", UserID: "u-1", ConnectedAt: noon, ExpiresAt: noon.Add(2 * time.Hour)}
		b := store.Connection{ID: "b=", UserID: "u-1", ConnectedAt: noon, ExpiresAt: noon.Add(time.Hour), Topics: []string{"tool:1"}}
		for _, c := range []store.Connection{a, b, {ID: "c=", UserID: "u-2"}} {
			if err := table.PutConnection(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := table.Connection(t.Context(), "b="); err != nil || fmt.Sprint(got) != fmt.Sprint(b) {
			t.Errorf("got %+v, %v", got, err)
		}
		of, err := table.ConnectionsOf(t.Context(), "u-1")
		if err != nil || len(of) != 2 || fmt.Sprint(of[1]) != fmt.Sprint(a) {
			t.Errorf("got %+v, %v", of, err)
		}
		for range 2 {
			if err := table.DeleteConnection(t.Context(), "b="); err != nil {
				t.Error(err)
			}
		}
		if _, err := table.Connection(t.Context(), "b="); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("after its deletion: %v", err)
		}
		if of, err := table.ConnectionsOf(t.Context(), "u-1"); err != nil || len(of) != 1 {
			t.Errorf("got %+v, %v", of, err)
		}
	})
}

func TestTopicsComeAndGoUpToTheirLimit(t *testing.T) {
	eachDynamoDB(t, func(t *testing.T, table *store.Table) {
		if err := table.PutConnection(t.Context(), store.Connection{ID: "a", UserID: "u"}); err != nil {
			t.Fatal(err)
		}
		for n := range store.MaxTopics {
			if err := table.Subscribe(t.Context(), "a", fmt.Sprint("tool:", n)); err != nil {
				t.Fatal(err)
			}
		}
		if err := table.Subscribe(t.Context(), "a", "tool:7"); err != nil {
			t.Errorf("one that it has: %v", err)
		}
		if err := table.Subscribe(t.Context(), "a", "tool:more"); !errors.Is(err, store.ErrTooManyTopics) {
			t.Errorf("one too many: %v", err)
		}
		for _, topic := range []string{"tool:7", "tool:never"} {
			if err := table.Unsubscribe(t.Context(), "a", topic); err != nil {
				t.Error(err)
			}
		}
		if c, err := table.Connection(t.Context(), "a"); err != nil || len(c.Topics) != store.MaxTopics-1 || slices.Contains(c.Topics, "tool:7") {
			t.Errorf("topics %v, %v", c.Topics, err)
		}
		until := noon.Add(time.Minute)
		if err := table.KeepConnection(t.Context(), "a", until); err != nil {
			t.Error(err)
		}
		if c, _ := table.Connection(t.Context(), "a"); !c.ExpiresAt.Equal(until) {
			t.Errorf("expires %v", c.ExpiresAt)
		}
	})
}

func TestAYoungConnectionIsNotForgotten(t *testing.T) {
	eachDynamoDB(t, func(t *testing.T, table *store.Table) {
		east := time.FixedZone("east", 9*60*60)
		for _, c := range []store.Connection{{ID: "old", UserID: "u", ConnectedAt: noon.Add(-time.Minute).In(east)}, {ID: "young", UserID: "u", ConnectedAt: noon.In(east)}} {
			if err := table.PutConnection(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		for _, id := range []string{"old", "young", "never there"} {
			if err := table.ForgetConnection(t.Context(), id, noon.Add(-30*time.Second)); err != nil {
				t.Errorf("%s: %v", id, err)
			}
		}
		if _, err := table.Connection(t.Context(), "old"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the old one is there: %v", err)
		}
		if _, err := table.Connection(t.Context(), "young"); err != nil {
			t.Errorf("the young one: %v", err)
		}
	})
}

func TestAConnectionThatIsGoneIsNotBroughtBack(t *testing.T) {
	eachDynamoDB(t, func(t *testing.T, table *store.Table) {
		for name, err := range map[string]error{
			"subscribe":   table.Subscribe(t.Context(), "gone", "tool:1"),
			"unsubscribe": table.Unsubscribe(t.Context(), "gone", "tool:1"),
			"keep":        table.KeepConnection(t.Context(), "gone", noon),
		} {
			if !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
