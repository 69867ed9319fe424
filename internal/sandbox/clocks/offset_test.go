package clocks

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
)

func TestTimersFireByThemselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewOffset(clock.Wall{})
		var mu sync.Mutex
		var fired []int
		for _, seconds := range []int{3, 1, 2} {
			c.AfterFunc(time.Duration(seconds)*time.Second, func() {
				mu.Lock()
				defer mu.Unlock()
				fired = append(fired, seconds)
			})
		}
		stop := c.AfterFunc(1500*time.Millisecond, func() { t.Error("a stopped timer fired") })
		if !stop() || stop() {
			t.Error("stop does not tell whether it came in time")
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if !slices.Equal(fired, []int{1, 2, 3}) {
			t.Error(fired)
		}
	})
}

func TestAdvanceCallsInOrderEachAtItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewOffset(clock.Wall{})
		start := c.Now()
		var log []string
		note := func(name string) { log = append(log, fmt.Sprint(name, " ", c.Now().Sub(start))) }
		c.AfterFunc(3*time.Hour, func() { note("late") })
		c.AfterFunc(time.Hour, func() {
			note("first")
			c.AfterFunc(time.Hour, func() { note("chained") })
		})
		c.AfterFunc(time.Hour, func() { note("second") })
		c.AfterFunc(5*time.Hour, func() { note("left") })
		c.Advance(4 * time.Hour)
		want := []string{"first 1h0m0s", "second 1h0m0s", "chained 2h0m0s", "late 3h0m0s"}
		if !slices.Equal(log, want) || c.Now().Sub(start) != 4*time.Hour {
			t.Errorf("%v at %v", log, c.Now().Sub(start))
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if log[len(log)-1] != "left 5h0m0s" {
			t.Errorf("what was left has not fired on its own: %v", log)
		}
	})
}

func TestAdvancePassesACallbackThatWaitsForTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewOffset(clock.Wall{})
		slept := false
		c.AfterFunc(time.Minute, func() {
			slept = clock.Sleep(t.Context(), c, time.Minute) == nil
		})
		c.Advance(time.Hour)
		synctest.Wait()
		if !slept {
			t.Error("the callback still waits")
		}
	})
}
