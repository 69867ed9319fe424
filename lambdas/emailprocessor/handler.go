// Package emailprocessor is the email processor: it stores leads and mails their
// tools' owners.
//
// A lead has at most one mail to its tool's owner, and one to its visitor where the
// tool asks for that, however often its message is delivered. The provider knows no
// idempotency, so one window stays: an invocation that dies after the provider was
// called and before the table knows. Such a mail may or may not have gone out. It
// is recorded on the lead as uncertain and not sent again: the lead itself is in
// the table, and two mails are worse than one that is looked up.
package emailprocessor

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/batch"
	"github.com/keyvex/keyvex/lambdas/emf"
	"github.com/keyvex/keyvex/lambdas/message"
	"github.com/keyvex/keyvex/lambdas/secret"
	"github.com/keyvex/keyvex/lambdas/store"
)

// Table is what the processor needs of *store.Table.
type Table interface {
	AddLead(ctx context.Context, lead store.Lead) (bool, error)
	Tool(ctx context.Context, id string) (store.Tool, error)
	User(ctx context.Context, id string) (store.User, error)
	BeginMail(ctx context.Context, lead store.Lead, to store.Recipient, claim store.Claim, now time.Time) (store.Effect, error)
	ReleaseMail(ctx context.Context, lead store.Lead, to store.Recipient, now time.Time) error
	SettleMail(ctx context.Context, lead store.Lead, to store.Recipient, mail store.Mail) error
}

// Sender is the mail provider.
type Sender interface {
	Send(ctx context.Context, key string, m Mail) Result
}

// Secret is what is needed of *secret.Cache.
type Secret interface {
	Get(context.Context) (secret.Value, error)
	Refresh(context.Context) (secret.Value, error)
}

// Processor is the function with what it works on.
type Processor struct {
	Log     *slog.Logger
	Table   Table
	Sender  Sender
	Secret  Secret
	Metrics *emf.Writer
	Clock   clock.Clock
	Queue   batch.Queue
	// From is the sender's address. Without one leads are stored and nothing is
	// mailed. It also receives the leads of tools whose owner is not known.
	From string
}

// New makes the handler of the function's SQS events.
func New(p Processor) batch.Handler {
	handler := message.NewHandler(p.Log, platform.Email, p.work)
	handler.Queue, handler.Clock = p.Queue, p.Clock
	handler.Needs, handler.Margin = 20*time.Second, 10*time.Second
	return handler
}

// work stores the lead and sends its mails. One that cannot be sent now does not
// keep the other from going out.
func (p Processor) work(ctx context.Context, log *slog.Logger, from events.SQSMessage, in Lead) error {
	received := p.Clock.Now()
	if sent := batch.Sent(from); !sent.IsZero() {
		received = sent
	}
	lead := in.stored(received)
	fresh, err := p.Table.AddLead(ctx, lead)
	if errors.Is(err, store.ErrTooLarge) {
		return batch.Permanent{Cause: err}
	}
	if err != nil {
		return err
	}
	log.Info("lead stored", "new", fresh)
	if p.From == "" {
		log.Info("no mail", "reason", "no sender is configured")
		return nil
	}
	letters, err := p.letters(ctx, in)
	if err != nil {
		return err
	}
	var errs []error
	for _, l := range letters {
		d := delivery{Processor: p, log: log.With("to", string(l.to)), lead: lead, letter: l, message: from}
		errs = append(errs, d.deliver(ctx))
	}
	return errors.Join(errs...)
}

// letter is a mail to somebody.
type letter struct {
	to   store.Recipient
	mail Mail
}

// letters writes the owner's mail, and the visitor's if the tool asks for it. The
// owner of a tool that the table does not know is the platform's own mailbox.
func (p Processor) letters(ctx context.Context, in Lead) ([]letter, error) {
	tool, err := p.Table.Tool(ctx, in.ToolID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	title, owner := tool.Title, p.From
	if title == "" {
		title = in.ToolID
	}
	if tool.UserID != "" {
		user, err := p.Table.User(ctx, tool.UserID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if user.Email != "" {
			owner = user.Email
		}
	}
	return p.write(in, title, owner, tool.ThankVisitors), nil
}

func (p Processor) write(in Lead, title, owner string, thank bool) []letter {
	out := []letter{{to: store.ToOwner, mail: Mail{To: owner}}}
	if thank {
		out = append(out, letter{to: store.ToVisitor, mail: Mail{To: in.Email}})
	}
	for i, l := range out {
		mail := render(l.to, in, title)
		mail.From, mail.To = p.From, l.mail.To
		out[i].mail = mail
	}
	return out
}
