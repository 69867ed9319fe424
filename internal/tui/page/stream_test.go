package page_test

import (
	"context"
	"errors"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// numbers yields 0, 1, 2 ... at a pace, then an error if there is one, and then waits.
func numbers(n int, pace time.Duration, end error) func(context.Context) iter.Seq2[int, error] {
	return func(ctx context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for i := range n {
				if clock.Sleep(ctx, clock.Wall{}, pace) != nil || !yield(i, nil) {
					return
				}
			}
			if end != nil {
				yield(0, end)
			}
			<-ctx.Done()
		}
	}
}

func TestAStreamComesInBatchesWithNothingLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := &page.Host{Context: t.Context(), Clock: clock.Wall{}}
		bad := errors.New("broken off")
		s := page.NewStream(host, 50*time.Millisecond, numbers(4000, time.Second/2000, bad))
		next, messages := 0, 0
		for {
			batch := s.Next()().(page.Batch[int])
			messages++
			for _, v := range batch.Values {
				if v != next {
					t.Fatalf("%d came, want %d", v, next)
				}
				next++
			}
			if batch.Err != nil {
				if !errors.Is(batch.Err, bad) || next != 4000 {
					t.Errorf("ended with %v after %d", batch.Err, next)
				}
				break
			}
		}
		if messages > 50 {
			t.Errorf("two seconds of 2,000 a second made %d messages, want some 40", messages)
		}
		s.Close()
		if batch := s.Next()().(page.Batch[int]); !batch.Over {
			t.Errorf("after Close came %+v", batch)
		}
	})
}
