package analyticsprocessor_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox/oracle/maintable"
	"github.com/keyvex/keyvex/lambdas/analyticsprocessor"
	"github.com/keyvex/keyvex/lambdas/emf"
	"github.com/keyvex/keyvex/lambdas/message"
	"github.com/keyvex/keyvex/lambdas/store"
)

const good = `{"version":1,"interactionId":"i-1","toolId":"t-1","type":"view","occurredAt":"2026-11-22T10:00:00Z","visitorId":"canary-visitor","properties":{"a":"canary-property"}}`

// counters are Redis as far as the handler sees it.
type counters struct {
	days map[string]store.Daily
	seen map[string]bool
	err  error
}

func newTable(t testing.TB) *store.Table { return store.New(maintable.New(t), maintable.Name) }

func (c *counters) Copy(_ context.Context, days []store.Daily) error {
	for _, d := range days {
		c.days[d.Date+" "+d.ToolID] = d
	}
	return c.err
}

func (c *counters) See(_ context.Context, interactions []store.Interaction) error {
	for _, i := range interactions {
		c.seen[i.ID] = true
	}
	return c.err
}

// bench is a processor with what surrounds it.
type bench struct {
	analyticsprocessor.Processor
	counters *counters
	log, emf *bytes.Buffer
}

func newBench(table analyticsprocessor.Table) *bench {
	b := &bench{counters: &counters{days: map[string]store.Daily{}, seen: map[string]bool{}}, log: &bytes.Buffer{}, emf: &bytes.Buffer{}}
	b.Processor = analyticsprocessor.Processor{
		Log: slog.New(slog.NewJSONHandler(b.log, nil)), Table: table, Counters: b.counters,
		Metrics: emf.New(b.emf, "local"), Clock: clock.Wall{},
	}
	return b
}

// handle gives the ids of the messages that went back.
func (b *bench) handle(t testing.TB, bodies ...string) []string {
	t.Helper()
	var event events.SQSEvent
	for i, body := range bodies {
		event.Records = append(event.Records, events.SQSMessage{MessageId: fmt.Sprint(i), Body: body})
	}
	response, err := analyticsprocessor.New(b.Processor).Handle(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	var back []string
	for _, failure := range response.BatchItemFailures {
		back = append(back, failure.ItemIdentifier)
	}
	return back
}

func with(old, replaced string) string { return strings.Replace(good, old, replaced, 1) }

func TestABatchIsStoredAndCountedAndOnlyTheInvalidGoesBack(t *testing.T) {
	table := newTable(t)
	b := newBench(table)
	back := b.handle(t, good, with(`"version":1`, `"version":9`), with("i-1", "i-2"), good)
	if fmt.Sprint(back) != "[1]" {
		t.Fatalf("went back: %v", back)
	}
	day, err := table.Daily(t.Context(), "2026-11-22", "t-1")
	if err != nil || day.Total != 2 || day.ByType["view"] != 2 {
		t.Errorf("counted %+v, %v", day, err)
	}
	if got := b.counters.days["2026-11-22 t-1"]; got.Total != 2 || !b.counters.seen["i-2"] {
		t.Errorf("copied %+v", b.counters)
	}
	if !strings.Contains(b.emf.String(), `"EventsStored":2`) || !strings.Contains(b.emf.String(), `"EventsRepeated":1`) {
		t.Errorf("metrics: %s", b.emf)
	}
	if !strings.Contains(b.log.String(), `"interactionId":"i-2"`) || strings.Contains(b.log.String()+b.emf.String(), "canary") {
		t.Errorf("logged: %s", b.log)
	}
}

func TestAFailureOfRedisFailsNoMessage(t *testing.T) {
	b := newBench(newTable(t))
	b.counters.err = errors.New("no Redis")
	if back := b.handle(t, good); len(back) != 0 || !strings.Contains(b.log.String(), "counters not updated") {
		t.Errorf("went back: %v; logged: %s", back, b.log)
	}
	b.counters.err = nil
	if back := b.handle(t, good); len(back) != 0 || b.counters.days["2026-11-22 t-1"].Total != 1 {
		t.Errorf("a redelivery does not mend the copy: %+v", b.counters)
	}
}

func TestAnEventThatTheTableCannotTakeGoesBackAlone(t *testing.T) {
	b := newBench(newTable(t))
	huge := with("canary-property", strings.Repeat("x", 420_000))
	if back := b.handle(t, good, strings.Replace(huge, "i-1", "i-2", 1), with("i-1", "i-3")); fmt.Sprint(back) != "[1]" {
		t.Errorf("went back: %v", back)
	}
	if b.counters.days["2026-11-22 t-1"].Total != 2 {
		t.Errorf("counted %+v", b.counters.days)
	}
}

func TestLateEventsLandOnTheirOwnDay(t *testing.T) {
	table := newTable(t)
	b := newBench(table)
	b.handle(t, with("2026-11-22T10:00:00Z", "2026-11-21T23:59:59.999999999Z"), with("2026-11-22T10:00:00Z", "2026-11-22T00:00:00Z"), with("2026-11-22T10:00:00Z", "2024-02-29T12:00:00Z"))
	for _, date := range []string{"2026-11-21", "2026-11-22", "2024-02-29"} {
		if day, err := table.Daily(t.Context(), date, "t-1"); err != nil || day.Total != 1 {
			t.Errorf("%s: %+v, %v", date, day, err)
		}
	}
}

// What only the function could refuse would have been accepted at the API's door,
// and die in the queue.
func TestTheSchemaRefusesTimesThatCannotBeRead(t *testing.T) {
	decoder := message.NewDecoder[analyticsprocessor.Event](platform.Analytics)
	for _, at := range []string{"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z"} {
		_, err := decoder.Decode(with("2026-11-22T10:00:00Z", at))
		if err == nil || !strings.Contains(err.Error(), "/occurredAt (pattern)") {
			t.Errorf("%s: %v", at, err)
		}
	}
	for _, at := range []string{"2026-12-31T23:59:59Z", "2026-01-01T00:00:00.123456789Z"} {
		if _, err := decoder.Decode(with("2026-11-22T10:00:00Z", at)); err != nil {
			t.Errorf("%s: %v", at, err)
		}
	}
}

// unreachable is a table that nobody answers for.
type unreachable struct {
	analyticsprocessor.Table
	calls int
}

func (u *unreachable) AddInteractions(context.Context, []store.Interaction) ([]store.Interaction, error) {
	u.calls++
	return nil, errors.New("no connection")
}

func TestATableThatDoesNotAnswerIsAskedOnceForTheWholeBatch(t *testing.T) {
	table := &unreachable{}
	b := newBench(table)
	if back := b.handle(t, good, with("i-1", "i-2")); len(back) != 2 || table.calls != 1 || len(b.counters.days) != 0 {
		t.Errorf("went back: %v after %d calls", back, table.calls)
	}
}
