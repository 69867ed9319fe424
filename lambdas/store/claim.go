package store

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Claim says who wants to work on something.
type Claim struct {
	// MessageID and Receive are SQS's id and receive count of the message.
	MessageID string
	Receive   int
	// Until is when the claimant's invocation must be over.
	Until time.Time
}

// rememberedFor is how long a record keeps a redelivered message from working
// twice: four days in its queue, fourteen in its dead-letter queue, and as long
// again for one that was redriven late.
const rememberedFor = 30 * 24 * time.Hour

// The states of an idempotency record.
const (
	stateClaimed  = "claimed"
	stateReleased = "released"
	stateAnswered = "answered"
	stateRefused  = "refused"
	stateDone     = "done"
)

// claimRecord is the idempotency record as it is stored.
type claimRecord struct {
	State     string    `json:"state"`
	MessageID string    `json:"messageId"`
	Receive   int       `json:"receive"`
	Until     time.Time `json:"until"`
	AnswerID  string    `json:"answerId"`
	Reason    string    `json:"reason"`
}

func claimKey(scope, id string) item {
	return key(idempotencyPrefix+scope+"#"+id, idempotencyKey)
}

// The conditions under which a claim may be laid. The second claimant of one
// message with one receive count is the first one again, whose answer was lost on
// the way.
const (
	unclaimed   = "attribute_not_exists(PK) OR #TTL < :now OR #state = :released"
	ownClaim    = "(#state = :claimed AND #messageId = :message AND #receive = :receive)"
	staleClaim  = "(#state = :claimed AND (#epochUntil < :now OR (#messageId = :message AND #receive < :receive)))"
	sameMessage = "(#state = :claimed AND #messageId = :message)"
	redriven    = "(#state = :refused AND #messageId <> :message)"
)

// claim lays a claim under the condition, or on what another message was refused
// for: one that is redriven from a dead-letter queue is a new message, sent because
// somebody has removed the cause. When it does not hold, the record as it
// stands is given with taken false.
func (t *Table) claim(ctx context.Context, scope, id string, claim Claim, now time.Time, condition string) (standing claimRecord, taken bool, err error) {
	key := claimKey(scope, id)
	found, err := t.update(ctx, change{
		key: key, condition: condition + " OR " + redriven,
		update: "SET #state = :claimed, #messageId = :message, #receive = :receive, #until = :until, #epochUntil = :epochUntil, #TTL = :expires",
		values: map[string]any{
			"claimed": stateClaimed, "released": stateReleased, "refused": stateRefused, "message": claim.MessageID, "receive": claim.Receive,
			"until": claim.Until.UTC(), "epochUntil": epoch(claim.Until), "now": epoch(now), "expires": epoch(now.Add(rememberedFor)),
		},
	})
	if !conditionFailed(err) {
		return claimRecord{}, err == nil, err
	}
	if len(found) == 0 {
		if found, err = t.get(ctx, key); err != nil {
			return claimRecord{}, false, err
		}
	}
	err = decode(found, &standing)
	return standing, false, err
}

// settle is the write that ends a claim in a state, unless it was ended before.
func settle(scope, id, state string, now time.Time, more map[string]any) change {
	values := map[string]any{"state": state, "claimed": stateClaimed, "at": now.UTC(), "expires": epoch(now.Add(rememberedFor))}
	update := "SET #state = :state, #settledAt = :at, #TTL = :expires"
	for name, v := range more {
		update += ", #" + name + " = :" + name
		values[name] = v
	}
	return change{
		key: claimKey(scope, id), update: update, values: values,
		condition: "attribute_not_exists(PK) OR #state = :claimed",
	}
}

// write makes the change part of a transaction.
func (t *Table) write(c change) (types.TransactWriteItem, error) {
	values, err := c.attributes()
	if err != nil {
		return types.TransactWriteItem{}, err
	}
	update := &types.Update{
		TableName: &t.name, Key: c.key, UpdateExpression: &c.update,
		ExpressionAttributeNames: c.names(), ExpressionAttributeValues: values,
	}
	if c.condition != "" {
		update.ConditionExpression = &c.condition
	}
	return types.TransactWriteItem{Update: update}, nil
}
