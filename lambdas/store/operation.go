package store

import (
	"context"
	"iter"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
)

// Request is a request that the application measured.
type Request struct {
	ID     string    `json:"requestId"`
	At     time.Time `json:"at"`
	Route  string    `json:"route"`
	Status int       `json:"status"`
	// Duration is in milliseconds.
	Duration int    `json:"duration"`
	UserID   string `json:"userId,omitempty"`
	Error    string `json:"error,omitempty"`
}

// PutRequest stores a measured request on its day.
func (t *Table) PutRequest(ctx context.Context, r Request) error {
	r.At = r.At.UTC()
	in, err := encode(r, key(metricPrefix+day(r.At), requestPrefix+stamped(r.At, r.ID)))
	if err != nil {
		return err
	}
	return t.put(ctx, in)
}

// RequestsOn gives the requests of a day (2026-11-22, UTC) in time order.
func (t *Table) RequestsOn(ctx context.Context, date string) iter.Seq2[Request, error] {
	return decoded[Request](t.query(ctx, ordered(metricPrefix+date, requestPrefix)))
}

// Alert is something that the application wants looked at.
type Alert struct {
	ID       string    `json:"alertId"`
	Severity string    `json:"severity"`
	Message  string    `json:"message"`
	RaisedAt time.Time `json:"raisedAt"`
}

// PutAlert stores an alert.
func (t *Table) PutAlert(ctx context.Context, a Alert) error {
	in, err := encode(a, key(alertPrefix+a.ID, alertKey), index(platform.GSI1, alertKey, alertPrefix+stamped(a.RaisedAt, a.ID)))
	if err != nil {
		return err
	}
	return t.put(ctx, in)
}

// Alert reads an alert. ErrNotFound says that none has that id.
func (t *Table) Alert(ctx context.Context, id string) (Alert, error) {
	return one[Alert](ctx, t, key(alertPrefix+id, alertKey))
}

// Alerts gives all alerts, the latest first.
func (t *Table) Alerts(ctx context.Context) iter.Seq2[Alert, error] {
	return decoded[Alert](t.query(ctx, latestFirst(platform.GSI1, alertKey, alertPrefix)))
}
