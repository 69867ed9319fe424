package metrics

import (
	"testing"
	"time"
)

func TestSinceWhenThereAreDeadLettersAndWhenTheNewestCame(t *testing.T) {
	start := time.Date(2026, 11, 28, 2, 0, 0, 0, time.UTC)
	gap, at := Number{}, func(minute int) time.Time { return start.Add(time.Duration(minute) * time.Minute) }
	var never time.Time
	for name, test := range map[string]struct {
		points        []Number
		now           float64
		since, newest time.Time
	}{
		"none":                                   {[]Number{Some(0), Some(0)}, 0, never, never},
		"one came":                               {[]Number{Some(0), Some(1), Some(1)}, 1, at(1), at(1)},
		"another came":                           {[]Number{Some(0), Some(1), Some(2)}, 2, at(1), at(2)},
		"older than the hour":                    {[]Number{Some(3), Some(3), Some(3)}, 3, never, never},
		"gone and come again":                    {[]Number{Some(2), Some(0), Some(1)}, 1, at(2), at(2)},
		"after the last point":                   {[]Number{Some(0), Some(0), Some(0)}, 1, at(3), at(3)},
		"in a queue of which nothing was told":   {[]Number{gap, gap, Some(1)}, 1, at(2), at(2)},
		"a gap between is no news":               {[]Number{Some(1), gap, Some(1)}, 1, never, never},
		"the queue awoke empty":                  {[]Number{gap, Some(0), Some(0)}, 0, never, never},
		"nothing is known of it, not even a gap": {nil, 1, never, never},
	} {
		t.Run(name, func(t *testing.T) {
			hour := Series{Start: start, Period: time.Minute, Points: test.points}
			since, newest := (&Collector{}).deaths(hour, test.now, &queueFacts{})
			if !since.Equal(test.since) || !newest.Equal(test.newest) {
				t.Errorf("since %s, newest %s, want %s, %s", since, newest, test.since, test.newest)
			}
		})
	}
}

func TestWhatWaitsInAnHour(t *testing.T) {
	for name, test := range map[string]struct {
		queue Queue
		want  Number
	}{
		"it grows":           {Queue{Ready: Some(3), InFlight: Some(12), Delayed: Some(5), In: Some(2), Out: Some(1.5)}, Some(50)},
		"it is worked off":   {Queue{Ready: Some(100), In: Some(1), Out: Some(2)}, Some(40)},
		"never below none":   {Queue{Ready: Some(3), In: Some(0), Out: Some(2)}, Some(0)},
		"asleep":             {Queue{Ready: Some(3)}, Number{}},
		"nothing of SQS":     {Queue{In: Some(1), Out: Some(1)}, Number{}},
		"nothing is handled": {Queue{Ready: Some(0), In: Some(1), Out: Some(0)}, Some(60)},
	} {
		if got := test.queue.InAnHour(); got != test.want {
			t.Errorf("%s: %+v, not %+v", name, got, test.want)
		}
	}
}

func TestAChangeShortlyBeforeIsNamedWithTheTrouble(t *testing.T) {
	began := time.Date(2026, 11, 28, 3, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		change Change
		named  bool
	}{
		{Change{At: began.Add(-2 * time.Minute), Kind: ChangeDeploy}, true},
		{Change{At: began.Add(-2 * time.Minute), Kind: ChangeSecret, Resource: "ai"}, true},
		{Change{At: began.Add(-16 * time.Minute), Kind: ChangeDeploy}, false},
		{Change{At: began.Add(2 * time.Minute), Kind: ChangeDeploy}, false},
	} {
		c := &Collector{changes: []Change{test.change}}
		if got := c.changed(Finding{Matter: MatterErrors, Since: began}); (got == test.change) != test.named {
			t.Errorf("%+v: %+v", test.change, got)
		}
		if got := c.changed(Finding{Matter: MatterPaused, Since: began}); got != (Change{}) {
			t.Errorf("a pause is a change itself: %+v", got)
		}
	}
}
