package logs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/sandbox"
	"github.com/keyvex/keyvex/internal/sandbox/faults"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	sandboxlogs "github.com/keyvex/keyvex/internal/sandbox/logs"
)

// truth writes numbered lines, and counts those that a follower shows.
type truth struct {
	t       testing.TB
	sandbox *sandbox.Sandbox
	random  *rand.Rand
	groups  []logs.Group
	streams int
	written int
	shown   []uint8
	// late are those that were shown out of order and marked.
	late, notices, restarts int
}

func newTruth(t testing.TB, seed uint64, groups, streams, events int) *truth {
	sb, err := sandbox.New(sandbox.Options{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sb.Close() })
	w := &truth{t: t, sandbox: sb, random: rand.New(rand.NewPCG(seed, 1)), streams: streams, shown: make([]uint8, events)}
	for i := range groups {
		name := fmt.Sprintf("/aws/lambda/f%d", i)
		w.groups = append(w.groups, logs.Group{Name: name, Short: name})
		if _, err := sb.Logs.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &name}); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// lateness is how old a line is when it is put: most are new, some a few seconds old,
// and some up to two minutes.
func (w *truth) lateness() time.Duration {
	switch n := w.random.IntN(100); {
	case n < 80:
		return 0
	case n < 95:
		return time.Duration(w.random.Int64N(int64(5 * time.Second)))
	}
	return time.Duration(w.random.Int64N(int64(2 * time.Minute)))
}

// write puts n lines into some streams, many of them in the same millisecond.
func (w *truth) write(n int) {
	for n > 0 && w.written < len(w.shown) {
		batch := min(n, 1+w.random.IntN(20), len(w.shown)-w.written)
		at := time.Now().Add(-w.lateness())
		var lines []host.LogLine
		for range batch {
			lines = append(lines, host.LogLine{At: at, Message: strconv.Itoa(w.written)})
			w.written++
			if w.random.IntN(3) == 0 {
				at = at.Add(time.Millisecond)
			}
		}
		stream := w.random.IntN(w.streams)
		if err := w.sandbox.Logs.Append(w.groups[stream%len(w.groups)].Name, fmt.Sprint("stream-", stream), lines...); err != nil {
			w.t.Error(err)
		}
		n -= batch
	}
}

// follow shows lines for a while and gives the cursor.
func (w *truth) follow(d time.Duration, o logs.Options) *logs.Cursor {
	ctx, cancel := context.WithTimeout(w.t.Context(), d)
	defer cancel()
	var cursor *logs.Cursor
	latest := int64(0)
	for e, err := range logs.Follow(ctx, cloudwatchlogs.NewFromConfig(withoutPrefix(w.sandbox.SDKConfig())), o) {
		if err != nil {
			w.t.Fatal(err)
		}
		for _, l := range e.Lines {
			n, err := strconv.Atoi(l.Message)
			if err != nil {
				w.t.Fatal(err)
			}
			if w.shown[n]++; w.shown[n] == 2 {
				w.t.Errorf("line %d was shown again", n)
			}
			if l.Late != (l.Timestamp < latest) {
				w.t.Errorf("line %d of %d after one of %d: late is %v", n, l.Timestamp, latest, l.Late)
			}
			if l.Late {
				w.late++
			}
			latest = max(latest, l.Timestamp)
		}
		if e.Notice != nil {
			w.notices++
		}
		cursor = e.Cursor
	}
	return cursor
}

func (w *truth) check() {
	lost := 0
	for n, count := range w.shown {
		if count == 0 {
			if lost++; lost < 5 {
				w.t.Errorf("line %d was lost", n)
			}
		}
	}
	w.t.Logf("%d lines in %d streams: %d lost, %d late, %d notices, %d restarts", w.written, w.streams, lost, w.late, w.notices, w.restarts)
}

// setFaults throttles one call in five; out is when none is answered at all.
func (w *truth) setFaults(out bool) {
	rules := []faults.Rule{{Service: "logs", Operation: "FilterLogEvents", Kind: faults.Throttle, Probability: 0.2}}
	if out {
		rules = append(rules, faults.Rule{Service: "logs", Kind: faults.Drop, Probability: 1})
	}
	if err := w.sandbox.Faults.Set(rules...); err != nil {
		w.t.Error(err)
	}
}

// size is how many lines the ground truth has; the variable gives the full size.
func size() int {
	if n, err := strconv.Atoi(os.Getenv("KEYVEX_LOG_LINES")); err == nil {
		return n
	}
	return 20_000
}

func TestNoLineIsLostAndNoneShownTwice(t *testing.T) {
	for _, seed := range []uint64{1, 2} {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { groundTruth(t, seed, size()) })
		})
		if size() > 100_000 {
			break
		}
	}
}

func groundTruth(t *testing.T, seed uint64, events int) {
	const tick = 100 * time.Millisecond
	span := 6 * time.Minute
	if events > 100_000 {
		span = 20 * time.Minute
	}
	w := newTruth(t, seed, 5, 100, events)
	w.sandbox.Logs.Deliver(sandboxlogs.Delivery{Delay: 300 * time.Millisecond, Jitter: 5 * time.Second, Scan: 3000})
	begin := time.Now()
	w.write(events / 10)
	w.setFaults(false)
	writing := make(chan struct{})
	go func() {
		defer close(writing)
		outage := begin.Add(span / 2)
		for w.written < events {
			if clock.Sleep(t.Context(), clock.Wall{}, tick) != nil {
				return
			}
			w.write(1 + int(int64(events)*int64(tick)/int64(span)))
			if now := time.Now(); now.After(outage) {
				w.setFaults(now.Before(outage.Add(time.Minute)))
			}
		}
	}()
	o := logs.Options{
		Groups: w.groups, From: begin.Add(-5 * time.Minute), Follow: true, Region: sandbox.DefaultRegion,
		Clock: clock.Wall{}, Random: rand.NewChaCha8([32]byte{byte(seed), 2}),
	}
	if events <= 100_000 {
		o.Budget = logs.NewBudget(o.Clock, o.Region)
	}
	stops := rand.New(rand.NewPCG(seed, 3))
	for time.Since(begin) < span+time.Minute {
		o.Resume = again(t, w.follow(time.Duration(stops.Int64N(int64(span/4))), o))
		w.restarts++
	}
	<-writing
	w.follow(logs.Window+time.Minute, o)
	w.check()
}

// again reads a cursor from its text.
func again(t *testing.T, c *logs.Cursor) *logs.Cursor {
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var out logs.Cursor
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return &out
}
