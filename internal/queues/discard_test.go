package queues_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues"
)

// kept are the bodies in an export.
func kept(t *testing.T, path string) map[string]int {
	t.Helper()
	out := map[string]int{}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var e queues.Exported
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		out[e.Body]++
	}
	return out
}

func TestWhatIsMeantIsDeletedWhenItIsInTheFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, path := newWorld(t), filepath.Join(t.TempDir(), "gone.jsonl")
		bodies := w.fill(w.dead, 57)
		n := 0
		for gone, err := range w.queues(nil, "").Discard(t.Context(), email, queues.Selection{Where: where(t, "body.kind = tool")}, path) {
			if n = gone; err != nil {
				t.Fatal(err)
			}
		}
		left, file := w.drain(w.dead), kept(t, path)
		for _, body := range bodies {
			tool := strings.Contains(body, "tool")
			if (left[body] == 1) == tool || (file[body] == 1) != tool {
				t.Errorf("%s: %d left, %d in the file", body, left[body], file[body])
			}
		}
		if n != 28 {
			t.Errorf("%d are said to be gone", n)
		}
	})
}

func TestAMessageThatIsNotThereIsNamedAndTheMostIsKeptTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 30)
		var last error
		for _, err := range w.queues(nil, "").Discard(t.Context(), email, queues.Selection{IDs: map[string]bool{"nobody": true}}, "") {
			last = err
		}
		if !problem.Is(last, problem.NotFound) || !strings.Contains(last.Error(), "nobody") {
			t.Error(last)
		}
		for _, err := range w.queues(nil, "").Discard(t.Context(), email, queues.Selection{Max: 12}, "") {
			if err != nil {
				t.Fatal(err)
			}
		}
		if left := len(w.visible(w.dead)); left != 18 {
			t.Errorf("%d are left", left)
		}
	})
}

func TestWhereTheFileCannotBeWrittenNothingIsDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 20)
		var last error
		for _, err := range w.queues(nil, "").Discard(t.Context(), email, queues.Selection{}, t.TempDir()) {
			last = err
		}
		if left := len(w.visible(w.dead)); last == nil || left != 20 {
			t.Errorf("%d are left: %v", left, last)
		}
	})
}

// TestNoChaosLosesWhatIsDeleted kills it and lets its calls fail: a message is in the
// queue or in the file, at any time. It runs a few seeds; KEYVEX_CHAOS names the number.
func TestNoChaosLosesWhatIsDeleted(t *testing.T) {
	for seed := range uint64(chaosRuns(4)) {
		synctest.Test(t, func(t *testing.T) {
			w, path := newWorld(t), filepath.Join(t.TempDir(), "gone.jsonl")
			bodies := w.fill(w.dead, 60)
			random := newRandom(seed)
			ended := false
			for life := 0; life < 40 && !ended; life++ {
				over := &chaos{SQS: w.sqs, random: random, dies: -1}
				if life < 3 {
					over.dies = 1 + random.IntN(15)
				}
				func() {
					defer func() {
						if thrown := recover(); thrown != nil && thrown != any(killed{}) {
							panic(thrown)
						}
					}()
					var err error
					for _, err = range w.queues(over, "").Discard(w.ctx(), email, queues.Selection{Where: where(t, "body.n < 40")}, path) {
					}
					ended = err == nil
				}()
			}
			time.Sleep(time.Minute)
			left, file := w.drain(w.dead), kept(t, path)
			for i, body := range bodies {
				if left[body]+file[body] == 0 || i >= 40 && left[body] != 1 || ended && i < 40 && file[body] != 1 {
					t.Errorf("seed %d: %s: %d left, %d in the file", seed, body, left[body], file[body])
				}
			}
			if !ended {
				t.Errorf("seed %d: it did not come to an end", seed)
			}
		})
		if t.Failed() {
			return
		}
	}
}

func TestWhatCannotBeDeletedIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 30)
		var failure error
		for _, failure = range w.queues(deaf{w.sqs, time.Now().Add(time.Hour)}, "").Discard(t.Context(), email, queues.Selection{Where: where(t, "body.kind = tool")}, "") {
		}
		if !problem.Is(failure, problem.Failed) || !strings.Contains(failure.Error(), "15 messages") {
			t.Errorf("%v", failure)
		}
	})
}
