package secrets

import (
	"context"
	"iter"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
)

// Turnover is the way of the functions that read a secret from one of its versions to
// the next.
type Turnover struct {
	Vault     *Vault
	Logs      Logs
	Functions []platform.Function
	Written   Written
}

// Adoption is what a function's log tells of the way.
type Adoption struct {
	Function platform.Function
	State    AdoptionState
	// At is when it last used the version that State is about; zero for none.
	At time.Time
	// Reason says why the log tells nothing, in the state Unknown.
	Reason string
}

// AdoptionState is where on the way a function is.
type AdoptionState string

// The states. A function that is not Using the new version reads it at its next run,
// once Held is over.
const (
	Using   AdoptionState = "uses the new version"
	Holding AdoptionState = "last used the old version"
	Resting AdoptionState = "has not used the secret since"
	Unknown AdoptionState = "has a log that cannot be read"
)

// Held is how long a function may go on with a value that it has read; see package
// lambdas/secret.
const Held = time.Minute

// How often the logs are looked into, and how late their last lines may come.
const (
	adoptionEvery = 5 * time.Second
	logsLate      = 5 * time.Second
)

// Watch looks into the functions' logs until all use the new version and none can hold
// the old one any more, or the time is up. It yields each function's state when that
// has changed, and at the end whatever is neither Using nor Unknown once more with
// final set.
func (t Turnover) Watch(ctx context.Context, begun time.Time, bound time.Duration) iter.Seq2[Adoption, bool] {
	return func(yield func(Adoption, bool) bool) {
		last := map[platform.Function]Adoption{}
		for {
			passed := t.Vault.Clock.Now().Sub(begun)
			over, all := passed >= bound, true
			for _, f := range t.Functions {
				before := last[f]
				now := t.look(ctx, f, before)
				last[f] = now
				settled := now.State == Using || now.State == Unknown
				all = all && settled
				if final := over && !settled; ctx.Err() == nil && (final || now.State != before.State && now.State != Resting) {
					if !yield(now, final) {
						return
					}
				}
			}
			if over || all && passed >= Held+logsLate || clock.Sleep(ctx, t.Vault.Clock, adoptionEvery) != nil {
				return
			}
		}
	}
}

// look finds the last uses of both versions after the write. Beside the new version the
// old counts only when it was used after Held: until then instances may differ.
func (t Turnover) look(ctx context.Context, f platform.Function, before Adoption) Adoption {
	from := t.Written.Created
	if before.State == Using && before.At.After(from) {
		from = before.At
	}
	now := Adoption{Function: f, State: Resting}
	at, err := t.Vault.lastIn(ctx, t.Logs, f, t.Written.Version, from)
	switch {
	case err != nil:
		return Adoption{Function: f, State: Unknown, Reason: err.Error()}
	case !at.IsZero():
		now.State, now.At = Using, at
	}
	if t.Written.Previous == "" {
		return now
	}
	late := t.Written.Created
	if now.State == Using {
		late = late.Add(Held)
	}
	old, err := t.Vault.lastIn(ctx, t.Logs, f, t.Written.Previous, late)
	if err == nil && !old.IsZero() {
		now.State, now.At = Holding, old
	}
	return now
}
