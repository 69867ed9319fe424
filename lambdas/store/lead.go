package store

import (
	"context"
	"fmt"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
)

// Lead is a visitor who left an address in a tool.
type Lead struct {
	ID      string `json:"leadId"`
	ToolID  string `json:"toolId"`
	Email   string `json:"email"`
	Name    string `json:"name,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Company string `json:"company,omitempty"`
	// Answers is what the visitor entered, as the text of a JSON object.
	Answers   string    `json:"answers,omitempty"`
	CreatedAt time.Time `json:"createdAt"`
	// The mails about the lead; nil while undecided.
	OwnerMail   *Mail `json:"ownerMail,omitempty"`
	VisitorMail *Mail `json:"visitorMail,omitempty"`
}

// Mail is what became of a mail.
type Mail struct {
	Outcome MailOutcome `json:"outcome"`
	// Reason says why it was refused; it quotes no address.
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at"`
}

// MailOutcome is what became of a mail.
type MailOutcome string

// What may become of a mail.
const (
	MailSent    MailOutcome = "sent"
	MailRefused MailOutcome = "refused"
	// MailUncertain is one whose sender died, or heard no answer, in the act: it may
	// or may not have gone out, and is not sent again.
	MailUncertain MailOutcome = "uncertain"
)

// Recipient is whom a mail about a lead is for.
type Recipient string

// The recipients; each value is the attribute of the lead that keeps the outcome.
const (
	ToOwner   Recipient = "ownerMail"
	ToVisitor Recipient = "visitorMail"
)

func leadID(toolID, id string) item { return key(toolPrefix+toolID, leadPrefix+id) }

// AddLead stores a lead, and reports whether it is new. One that is there stays as
// it is. ErrTooLarge says that it exceeds an item's 400 kB.
func (t *Table) AddLead(ctx context.Context, lead Lead) (bool, error) {
	if len(lead.Answers) > maxItemBytes {
		return false, fmt.Errorf("answers of %d bytes: %w", len(lead.Answers), ErrTooLarge)
	}
	when := leadPrefix + stamped(lead.CreatedAt, lead.ID)
	in, err := encode(lead, leadID(lead.ToolID, lead.ID),
		index(platform.GSI1, toolPrefix+lead.ToolID, when), index(platform.GSI2, mailbox(lead.Email), when))
	if err != nil {
		return false, err
	}
	return t.putNew(ctx, in)
}

// Lead reads a lead. ErrNotFound says that the tool has none of that id.
func (t *Table) Lead(ctx context.Context, toolID, id string) (Lead, error) {
	return one[Lead](ctx, t, leadID(toolID, id))
}

// LeadsOf lists a tool's leads, newest first.
func (t *Table) LeadsOf(ctx context.Context, toolID string) ([]Lead, error) {
	return all[Lead](t.query(ctx, latestFirst(platform.GSI1, toolPrefix+toolID, leadPrefix)))
}

// LeadsAt lists the leads that left an address, newest first: what there is to tell
// or to erase when its owner asks.
func (t *Table) LeadsAt(ctx context.Context, email string) ([]Lead, error) {
	return all[Lead](t.query(ctx, latestFirst(platform.GSI2, mailbox(email), leadPrefix)))
}

func mailScope(to Recipient) string { return "mail." + string(to) }

// BeginMail lays a claim on the one mail to a recipient about a lead.
func (t *Table) BeginMail(ctx context.Context, lead Lead, to Recipient, claim Claim, now time.Time) (Effect, error) {
	return t.begin(ctx, mailScope(to), lead.ToolID+"#"+lead.ID, claim, now)
}

// ReleaseMail gives the claim on a mail back that surely was not sent.
func (t *Table) ReleaseMail(ctx context.Context, lead Lead, to Recipient, now time.Time) error {
	return t.release(ctx, mailScope(to), lead.ToolID+"#"+lead.ID, now)
}

// SettleMail records on the lead what became of a mail, and that it is not to be
// sent again, both or neither. The first word stands.
func (t *Table) SettleMail(ctx context.Context, lead Lead, to Recipient, mail Mail) error {
	writes, err := t.writes(
		settle(mailScope(to), lead.ToolID+"#"+lead.ID, stateDone, mail.At, nil),
		change{
			key: leadID(lead.ToolID, lead.ID), condition: "attribute_exists(PK)",
			update: "SET #" + string(to) + " = :mail", values: map[string]any{"mail": mail},
		},
	)
	if err != nil {
		return err
	}
	reasons, err := t.transact(ctx, writes)
	switch {
	case unmet(reasons, 0):
		return nil
	case unmet(reasons, 1):
		return ErrNotFound
	}
	return err
}
