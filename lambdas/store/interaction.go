package store

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/platform"
)

// Interaction is what a visitor did with a tool. It is one and the same when tool,
// time and id are.
type Interaction struct {
	ID         string    `json:"interactionId"`
	ToolID     string    `json:"toolId"`
	Type       string    `json:"type"`
	OccurredAt time.Time `json:"occurredAt"`
	VisitorID  string    `json:"visitorId,omitempty"`
	// Properties is the text of a JSON object: as text it has no depth, number or
	// name that DynamoDB would refuse.
	Properties string `json:"properties,omitempty"`
}

// MaxInteractions is how many interactions AddInteractions takes: a transaction has
// at most 100 writes, and each interaction may have a day of its own.
const MaxInteractions = 50

// maxItemBytes is DynamoDB's limit for an item, with room for keys and names.
const maxItemBytes = 390 << 10

type interactionKey struct{ toolID, rest string }

func (i Interaction) key() interactionKey {
	return interactionKey{i.ToolID, stamped(i.OccurredAt, i.ID)}
}

// AddInteractions stores the interactions that are not there yet and counts each on
// its own day, all or nothing. It gives those that were new; an interaction that
// is given twice is new once. ErrTooLarge says that one exceeds an item's 400 kB.
func (t *Table) AddInteractions(ctx context.Context, given []Interaction) ([]Interaction, error) {
	if len(given) > MaxInteractions {
		return nil, fmt.Errorf("%d interactions: %w", len(given), ErrTooLarge)
	}
	fresh := distinct(given)
	for len(fresh) > 0 {
		writes, err := t.interactionWrites(fresh)
		if err != nil {
			return nil, err
		}
		reasons, err := t.transact(ctx, writes)
		if err == nil {
			return fresh, nil
		}
		rest := without(fresh, reasons)
		if len(rest) == len(fresh) {
			return nil, err
		}
		fresh = rest
	}
	return nil, nil
}

func distinct(given []Interaction) []Interaction {
	seen := map[interactionKey]bool{}
	var out []Interaction
	for _, i := range given {
		if !seen[i.key()] {
			seen[i.key()] = true
			out = append(out, i)
		}
	}
	return out
}

// without leaves out the interactions whose put was refused: they are there.
func without(fresh []Interaction, reasons []types.CancellationReason) []Interaction {
	var out []Interaction
	for i := range fresh {
		if !unmet(reasons, i) {
			out = append(out, fresh[i])
		}
	}
	return out
}

// interactionWrites puts each interaction, and then adds to each day.
func (t *Table) interactionWrites(fresh []Interaction) ([]types.TransactWriteItem, error) {
	var writes []types.TransactWriteItem
	for _, i := range fresh {
		if len(i.Properties) > maxItemBytes {
			return nil, fmt.Errorf("properties of %d bytes: %w", len(i.Properties), ErrTooLarge)
		}
		i.OccurredAt = i.OccurredAt.UTC()
		in, err := encode(i, key(toolPrefix+i.ToolID, interactionPrefix+stamped(i.OccurredAt, i.ID)))
		if err != nil {
			return nil, err
		}
		put := &types.Put{TableName: &t.name, Item: in, ConditionExpression: new("attribute_not_exists(PK)")}
		writes = append(writes, types.TransactWriteItem{Put: put})
	}
	counts, err := t.writes(dailyChanges(fresh)...)
	return append(writes, counts...), err
}

// Interactions gives a tool's interactions from one time up to, not including,
// another, in time order.
func (t *Table) Interactions(ctx context.Context, toolID string, from, to time.Time) iter.Seq2[Interaction, error] {
	// A key goes on after its time, and so is greater than the bare time: that of the
	// first bound is in, that of the second is not.
	return decoded[Interaction](t.query(ctx, &dynamodb.QueryInput{
		KeyConditionExpression:   new("#partition = :partition AND #sort BETWEEN :from AND :to"),
		ExpressionAttributeNames: map[string]string{"#partition": platform.PartitionKey, "#sort": platform.SortKey},
		ExpressionAttributeValues: item{
			":partition": text(toolPrefix + toolID), ":from": text(interactionPrefix + stamp(from)), ":to": text(interactionPrefix + stamp(to)),
		},
		ConsistentRead: new(true),
	}))
}
