package record_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

func TestThingsOfOneNameBelongToTheirParents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := state.NewMap[record.Record[int]](state.Memory(), "things")
		made := record.Put(clock.Wall{}, m, "a", "dev", new(1), nil)
		record.Put(clock.Wall{}, m, "b", "dev", new(2), nil)
		time.Sleep(time.Minute)
		changed := record.Put(clock.Wall{}, m, "a", "dev", new(3), nil)
		if !changed.Created.Equal(made.Created) || changed.Updated.Sub(made.Updated) != time.Minute {
			t.Errorf("changed from %+v to %+v", made, changed)
		}
		if of := record.Of(m, "b"); len(of) != 1 || of[0].Properties != 2 {
			t.Errorf("b has %+v", of)
		}
		record.DropAll(m, "a")
		if left, ok := record.ByID(m, "dev"); !ok || left.Parent != "b" {
			t.Errorf("left is %+v", left)
		}
	})
}
