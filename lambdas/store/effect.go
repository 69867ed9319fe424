package store

import (
	"context"
	"time"
)

// EffectStatus is how an effect outside the table stands, one that must not happen
// twice.
type EffectStatus string

// How an effect may stand after BeginMail.
const (
	// EffectMine is the claimant's to bring about.
	EffectMine EffectStatus = "mine"
	// EffectBusy is another invocation's until Effect.Until.
	EffectBusy EffectStatus = "busy"
	// EffectDone was brought about, or refused for good.
	EffectDone EffectStatus = "done"
	// EffectInterrupted was begun by an invocation that is over and did not say how
	// it ended: whether it happened is unknown.
	EffectInterrupted EffectStatus = "interrupted"
)

// Effect is how an effect stands.
type Effect struct {
	Status EffectStatus
	Until  time.Time
}

// begin lays a claim on an effect. Unlike a job, an effect whose claimant is over
// is not taken over.
func (t *Table) begin(ctx context.Context, scope, id string, claim Claim, now time.Time) (Effect, error) {
	standing, taken, err := t.claim(ctx, scope, id, claim, now, unclaimed+" OR "+ownClaim)
	if err != nil {
		return Effect{}, err
	}
	if taken {
		return Effect{Status: EffectMine, Until: claim.Until}, nil
	}
	over := standing.Until.Before(now) || (standing.MessageID == claim.MessageID && standing.Receive < claim.Receive)
	switch {
	case standing.State != stateClaimed:
		return Effect{Status: EffectDone}, nil
	case over:
		return Effect{Status: EffectInterrupted}, nil
	}
	return Effect{Status: EffectBusy, Until: standing.Until}, nil
}

// release gives a claim back: the effect surely did not happen and may be tried
// again.
func (t *Table) release(ctx context.Context, scope, id string, now time.Time) error {
	_, err := t.update(ctx, settle(scope, id, stateReleased, now, nil))
	if conditionFailed(err) {
		return nil // somebody else's word stands
	}
	return err
}
