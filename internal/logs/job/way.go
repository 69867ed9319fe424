// Package job follows one job, interaction or lead across the functions by what they
// log: when the queue took it, each try at it, and what was done in each.
package job

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/logs/window"
	"github.com/keyvex/keyvex/internal/platform"
)

// Station is something that happened to a job.
type Station struct {
	At time.Time
	// Name is what happened, Detail what is worth knowing about it; it may be empty.
	Name, Detail string
	// Function is the short name of the function that says so; empty for what went
	// before.
	Function, RequestID string
	// Receive is which receive of the message it belongs to, 0 for none.
	Receive int
	// Since is the time since the station before, zero for the first.
	Since time.Duration
	// Failed marks what went wrong.
	Failed bool
	// ByTime marks what is known to be the job's by its time alone.
	ByTime bool
}

// The names of stations.
const (
	Accepted   = "accepted"
	Queued     = "queued"
	Received   = "received"
	FirstWords = "first words"
	Answered   = "answered"
	Stored     = "stored"
	Pushed     = "pushed"
)

// Way is what became of a job.
type Way struct {
	ID       string
	Stations []Station
	// Tries are the invocations that worked on it, the earliest first.
	Tries []invocation.Whole
}

// Follow reads a job's way off the logs of a window, which must have its end. A job
// of which no log knows has no stations.
func Follow(ctx context.Context, r *window.Reader, span window.Span, id string) (*Way, error) {
	tries, err := invocation.Show(ctx, r, span, id)
	if err != nil {
		return nil, err
	}
	way := &Way{ID: id, Tries: tries}
	for _, try := range tries {
		way.Stations = append(way.Stations, stations(try, id)...)
	}
	way.order()
	return way, nil
}

// order puts the stations in order and computes the time between them.
func (w *Way) order() {
	slices.SortStableFunc(w.Stations, func(a, b Station) int { return a.At.Compare(b.At) })
	for i := range w.Stations {
		w.Stations[i].Since = 0
		if i > 0 {
			w.Stations[i].Since = w.Stations[i].At.Sub(w.Stations[i-1].At)
		}
	}
}

// Took is the time from the first station to the last.
func (w *Way) Took() time.Duration {
	if len(w.Stations) == 0 {
		return 0
	}
	return w.Stations[len(w.Stations)-1].At.Sub(w.Stations[0].At)
}

// said has the members of lines that tell of stations: those of slog and those of the
// embedded metric format.
type said struct {
	Time                              time.Time
	Level, Msg, Error, Reason, Model  string
	JobID, InteractionID, LeadID      string
	ReceiveCount                      int
	JobWait, JobStore, JobPush        *float64
	ProviderFirstToken, ProviderTotal *float64
	AWS                               *struct{ Timestamp int64 } `json:"_aws"`
}

// stations reads those of one try. Metrics that name no job are its own from the
// receive of its message on to the receive of another.
func stations(try invocation.Whole, id string) []Station {
	var out []Station
	mine, receive := false, 0
	for _, line := range try.Log {
		s, ok := parse(line.Message)
		if !ok {
			continue
		}
		if s.Msg == platform.Received {
			mine = s.about(id)
		}
		if s.about(id) {
			receive = max(receive, s.ReceiveCount)
		}
		switch {
		case s.AWS == nil && s.about(id):
			out = append(out, s.told(line)...)
		case s.AWS != nil && (s.about(id) || mine && s.about("")):
			out = append(out, s.measured()...)
		}
	}
	if ended := ending(try); ended.Name != "" {
		out = append(out, ended)
	}
	for i := range out {
		out[i].Function, out[i].RequestID, out[i].Receive = try.Function, try.RequestID, receive
		if out[i].Name == Queued {
			out[i].Function, out[i].RequestID, out[i].Receive = "", "", 0
		}
	}
	return out
}

func parse(message string) (s said, ok bool) {
	if !strings.HasPrefix(message, "{") {
		return s, false
	}
	return s, json.Unmarshal([]byte(message), &s) == nil
}

// about reports whether the line names the id; one that names none is about "".
func (s said) about(id string) bool {
	return id == cmp.Or(s.JobID, s.InteractionID, s.LeadID)
}

// ending tells of a function that Lambda stopped.
func ending(try invocation.Whole) Station {
	switch try.Outcome {
	case invocation.Timeout, invocation.OutOfMemory, invocation.Crash:
		return Station{At: try.End, Name: string(try.Outcome), Detail: try.Error, Failed: true}
	}
	return Station{}
}

// REST finds the request that brought the job, in the access log of the REST API. The
// log names no job: it is the one request to the queue's path that was answered in
// the second after the queue took the message. Of several, none is taken.
func (w *Way) REST(ctx context.Context, r *window.Reader, env platform.Environment) error {
	i := slices.IndexFunc(w.Stations, func(s Station) bool { return s.Name == Queued })
	if i < 0 {
		return nil
	}
	groups, err := logs.FindGroups(env, []string{logs.REST})
	if err != nil {
		return err
	}
	sent := w.Stations[i].At
	var found []Station
	for page, err := range r.Read(ctx, window.Span{Groups: groups, From: sent.Add(-100 * time.Millisecond), To: sent.Add(time.Second)}) {
		if err != nil {
			return err
		}
		for _, line := range page.Lines {
			if s, ok := accepted(line); ok {
				found = append(found, s)
			}
		}
	}
	if len(found) == 1 {
		w.Stations = append(w.Stations, found[0])
		w.order()
	}
	return nil
}
