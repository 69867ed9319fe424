package traffic

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// eventsPerJob and jobsPerLead are how visitors of tools relate to users.
const (
	eventsPerJob = 3
	jobsPerLead  = 5
)

// postJob posts a job and has its user wait for it.
func (r *run) postJob(ctx context.Context, u *user, j job) {
	start := r.Clock.Now()
	u.expect(j.JobID, start)
	if err := r.send(ctx, "/v1/jobs", j); err != nil {
		u.forget(j.JobID)
		r.tell(Event{Kind: Refused, JobID: j.JobID, Reason: err.Error()}, func(t *Totals) { t.Refused++ })
		return
	}
	r.tell(Event{Kind: Posted, JobID: j.JobID, Accepted: r.Clock.Now().Sub(start)}, func(t *Totals) { t.Jobs++ })
}

// postAround posts what visitors do while the n-th job is under way. A failure
// shows in the totals alone: nobody waits for these.
func (r *run) postAround(ctx context.Context, n int) {
	for range eventsPerJob {
		if r.send(ctx, "/v1/events", r.words.event(r.Clock.Now())) == nil {
			r.count(func(t *Totals) { t.Events++ })
		}
	}
	if n%jobsPerLead == 0 && r.send(ctx, "/v1/leads", r.words.lead()) == nil {
		r.count(func(t *Totals) { t.Leads++ })
	}
}

// send posts a body to the REST API as the application's server side does.
func (r *run) send(ctx context.Context, path string, body any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.target.REST+path, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Api-Key", r.target.APIKey)
	response, err := r.client.Do(request)
	if err != nil {
		return errors.New("the REST API does not answer")
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusAccepted {
		_, err = io.Copy(io.Discard, response.Body)
		return err
	}
	said, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10))
	return fmt.Errorf("%s: %s", response.Status, strings.TrimSpace(string(said)))
}
