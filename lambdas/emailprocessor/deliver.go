package emailprocessor

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/batch"
	"github.com/keyvex/keyvex/lambdas/emf"
	"github.com/keyvex/keyvex/lambdas/store"
)

// sendgridKey names the key within the integrations secret.
const sendgridKey = "sendgrid_api_key"

const (
	// sendTimeout is how long the provider may take.
	sendTimeout = 15 * time.Second
	// settleTimeout is how long the table may take to learn what became of a mail,
	// also when the invocation's time is up.
	settleTimeout = 5 * time.Second
	// keyGrace is for how long a refused key is tried again, since keys rotate, and
	// keyPause the rest between the tries: five receives span it.
	keyGrace = 10 * time.Minute
	keyPause = 150 * time.Second
)

// delivery is one mail on its way.
type delivery struct {
	Processor
	log     *slog.Logger
	lead    store.Lead
	letter  letter
	message events.SQSMessage
}

// deliver sends the mail unless it was sent, refused or left uncertain before.
func (d delivery) deliver(ctx context.Context) error {
	key, err := d.Secret.Get(ctx)
	if err != nil {
		return err
	}
	now := d.Clock.Now()
	until, ok := ctx.Deadline()
	if !ok {
		until = now.Add(platform.EmailProcessor.Spec().Timeout)
	}
	if until.Sub(now) < sendTimeout { // cut off in the act it would be uncertain for good
		return batch.Retry{Now: true, Cause: errors.New("not begun: the invocation is about to end")}
	}
	claim := store.Claim{MessageID: d.message.MessageId, Receive: batch.Receives(d.message), Until: until}
	effect, err := d.Table.BeginMail(ctx, d.lead, d.letter.to, claim, now)
	if err != nil {
		return err
	}
	switch effect.Status {
	case store.EffectDone:
		d.log.Info("mail settled before")
		return nil
	case store.EffectBusy:
		return batch.Retry{After: max(effect.Until.Sub(now), time.Second), Cause: errors.New("another invocation is sending this mail")}
	case store.EffectInterrupted:
		return d.settle(ctx, store.MailUncertain, "the invocation that sent it was interrupted")
	}
	d.log.Info("mail begun", "secretVersion", key.Version)
	sending, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	return d.conclude(ctx, d.Sender.Send(sending, key.Key(sendgridKey), d.letter.mail))
}

// conclude does what the provider's answer asks for.
func (d delivery) conclude(ctx context.Context, result Result) error {
	switch result.Verdict {
	case Accepted:
		return d.settle(ctx, store.MailSent, "")
	case Unknown:
		return d.settle(ctx, store.MailUncertain, result.Reason)
	case TryAgain:
		return d.again(ctx, result.After, result.Reason)
	case KeyRefused:
		if first := batch.FirstReceived(d.message); first.IsZero() || d.Clock.Now().Sub(first) < keyGrace {
			if _, err := d.Secret.Refresh(ctx); err != nil {
				d.log.Warn("secret not read again", "error", err)
			}
			return d.again(ctx, keyPause, "the provider refuses the key")
		}
	}
	return d.settle(ctx, store.MailRefused, result.Reason)
}

// again gives the mail back to be sent later.
func (d delivery) again(ctx context.Context, after time.Duration, reason string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	if err := d.Table.ReleaseMail(ctx, d.lead, d.letter.to, d.Clock.Now()); err != nil {
		return err
	}
	return batch.Retry{After: after, Cause: errors.New(reason)}
}

// settle records what became of the mail, for good.
func (d delivery) settle(ctx context.Context, outcome store.MailOutcome, reason string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	now := d.Clock.Now()
	mail := store.Mail{Outcome: outcome, Reason: reason, At: now.UTC()}
	if err := d.Table.SettleMail(ctx, d.lead, d.letter.to, mail); err != nil {
		return err
	}
	d.log.Info("mail settled", "outcome", string(outcome), "reason", reason)
	switch outcome {
	case store.MailSent:
		d.Metrics.Put(now, nil, emf.Count(platform.MailsSent, 1))
	case store.MailRefused:
		d.Metrics.Put(now, nil, emf.Count(platform.MailsRefused, 1))
	}
	return nil
}
