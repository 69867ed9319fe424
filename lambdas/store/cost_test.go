package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/sandbox/oracle/maintable"
	"github.com/keyvex/keyvex/lambdas/store"
)

// meter is a client that adds up the capacity units that its calls take of the
// table itself: what a transaction takes of its indexes is not documented.
type meter struct {
	*dynamodb.Client
	units float64
}

func (m *meter) add(all ...types.ConsumedCapacity) {
	for _, c := range all {
		m.units += *c.Table.CapacityUnits
	}
}

func (m *meter) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	in.ReturnConsumedCapacity = "INDEXES"
	out, err := m.Client.PutItem(ctx, in, o...)
	if err == nil {
		m.add(*out.ConsumedCapacity)
	}
	return out, err
}

func (m *meter) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	in.ReturnConsumedCapacity = "INDEXES"
	out, err := m.Client.UpdateItem(ctx, in, o...)
	if err == nil {
		m.add(*out.ConsumedCapacity)
	}
	return out, err
}

func (m *meter) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	in.ReturnConsumedCapacity = "INDEXES"
	out, err := m.Client.TransactWriteItems(ctx, in, o...)
	if err == nil {
		m.add(out.ConsumedCapacity...)
	}
	return out, err
}

// What docs/data-model.md says that a write costs, of items below 1 kB.
func TestWritesCostWhatTheDataModelSays(t *testing.T) {
	m := &meter{Client: maintable.New(t)}
	table := store.New(m, maintable.Name)
	ctx, lead := t.Context(), store.Lead{ID: "l", ToolID: "t", Email: "a@b.example", CreatedAt: noon}
	event := func(id string) store.Interaction {
		return store.Interaction{ID: id, ToolID: "t", Type: "view", OccurredAt: noon}
	}
	for _, step := range []struct {
		name  string
		units float64
		call  func() error
	}{
		{"claim a job", 1, func() error {
			_, err := table.ClaimJob(ctx, job, store.Claim{MessageID: "m", Receive: 1, Until: noon}, noon)
			return err
		}},
		{"answer it", 8, func() error { return table.AnswerJob(ctx, job, store.Answer{Prompt: "p", Text: "t"}, noon) }},
		{"refuse another", 4, func() error {
			other := store.Job{ID: "j-9", SessionID: job.Session(), UserID: job.UserID, ToolID: job.ToolID}
			return table.RefuseJob(ctx, other, "no", noon.Add(time.Second))
		}},
		{"doubt one", 1, func() error { return table.DoubtJob(ctx, job, "in vain", noon.Add(time.Second)) }},
		{"store a lead", 1, func() error { _, err := table.AddLead(ctx, lead); return err }},
		{"begin a mail", 1, func() error {
			_, err := table.BeginMail(ctx, lead, store.ToOwner, store.Claim{MessageID: "m", Until: noon}, noon)
			return err
		}},
		{"settle it", 4, func() error {
			return table.SettleMail(ctx, lead, store.ToOwner, store.Mail{Outcome: store.MailSent, At: noon})
		}},
		{"three interactions of a day", 8, func() error {
			_, err := table.AddInteractions(ctx, []store.Interaction{event("a"), event("b"), event("c")})
			return err
		}},
		{"a connection", 1, func() error { return table.PutConnection(ctx, store.Connection{ID: "c", UserID: "u"}) }},
		{"subscribe", 1, func() error { return table.Subscribe(ctx, "c", "tool:t") }},
	} {
		m.units = 0
		if err := step.call(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if m.units != step.units {
			t.Errorf("%s took %v, not %v", step.name, m.units, step.units)
		}
	}
}
