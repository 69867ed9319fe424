package store

import (
	"context"
	"errors"
	"iter"
	"maps"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/clock"
)

// get reads one item, consistently. ErrNotFound says that there is none.
func (t *Table) get(ctx context.Context, key item) (item, error) {
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &t.name, Key: key, ConsistentRead: new(true)})
	if err != nil {
		return nil, err
	}
	if len(out.Item) == 0 {
		return nil, ErrNotFound
	}
	return out.Item, nil
}

// change is a write with its condition. Words that begin with "#" in an expression
// stand for the attribute of that name, those with ":" for values.
type change struct {
	key       item
	condition string
	update    string
	values    map[string]any
	// aliases are words whose attributes have another name.
	aliases map[string]string
}

// names gives each "#name" of the change's expressions its attribute.
func (c change) names() map[string]string {
	names := map[string]string{}
	for _, expression := range []string{c.condition, c.update} {
		for _, word := range strings.FieldsFunc(expression, func(r rune) bool { return strings.ContainsRune(" ,()=<>+-", r) }) {
			if strings.HasPrefix(word, "#") {
				names[word] = word[1:]
			}
		}
	}
	maps.Copy(names, c.aliases)
	return names
}

func (c change) attributes() (item, error) {
	if len(c.values) == 0 {
		return nil, nil
	}
	out := item{}
	for name, v := range c.values {
		value, ok := v.(types.AttributeValue)
		if !ok {
			var err error
			if value, err = attribute(v); err != nil {
				return nil, err
			}
		}
		out[":"+name] = value
	}
	return out, nil
}

// update makes the change. When the condition does not hold it gives the item as
// it is, and the ConditionalCheckFailedException.
func (t *Table) update(ctx context.Context, c change) (item, error) {
	values, err := c.attributes()
	if err != nil {
		return nil, err
	}
	in := &dynamodb.UpdateItemInput{
		TableName: &t.name, Key: c.key, UpdateExpression: &c.update,
		ExpressionAttributeNames: c.names(), ExpressionAttributeValues: values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if c.condition != "" {
		in.ConditionExpression = &c.condition
	}
	_, err = t.client.UpdateItem(ctx, in)
	if failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		return failed.Item, err
	}
	return nil, err
}

func conditionFailed(err error) bool {
	_, failed := errors.AsType[*types.ConditionalCheckFailedException](err)
	return failed
}

// putNew puts an item whose key is free, and reports whether it was.
func (t *Table) putNew(ctx context.Context, in item) (bool, error) {
	_, err := t.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &t.name, Item: in, ConditionExpression: new("attribute_not_exists(PK)")})
	if conditionFailed(err) {
		return false, nil
	}
	return err == nil, err
}

// put puts an item, over what is there.
func (t *Table) put(ctx context.Context, in item) error {
	_, err := t.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &t.name, Item: in})
	return err
}

// query gives the items page by page, and ends after the first error.
func (t *Table) query(ctx context.Context, in *dynamodb.QueryInput) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		in.TableName = &t.name
		for {
			out, err := t.client.Query(ctx, in)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, found := range out.Items {
				if !yield(found, nil) {
					return
				}
			}
			if len(out.LastEvaluatedKey) == 0 {
				return
			}
			in.ExclusiveStartKey = out.LastEvaluatedKey
		}
	}
}

// Two transactions on one item at a time cancel each other, and the SDK does not
// try such a one again.
const (
	transactionTries = 8
	firstWait        = 20 * time.Millisecond
)

// transact writes all or nothing. When conditions do not hold it gives their
// reasons, in the order of the writes.
func (t *Table) transact(ctx context.Context, writes []types.TransactWriteItem) ([]types.CancellationReason, error) {
	for try := 0; ; try++ {
		_, err := t.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
		reasons, conflict := cancelled(err)
		if !conflict || try == transactionTries-1 {
			return reasons, err
		}
		if err := clock.Sleep(ctx, t.clock, t.jitter(firstWait<<try)); err != nil {
			return nil, err
		}
	}
}

// cancelled reads why a transaction was cancelled, and whether for another one's
// sake: then it is worth another try at once.
func cancelled(err error) (reasons []types.CancellationReason, conflict bool) {
	out, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok {
		return nil, false
	}
	for i, reason := range out.CancellationReasons {
		if unmet(out.CancellationReasons, i) {
			return out.CancellationReasons, false
		}
		conflict = conflict || (reason.Code != nil && *reason.Code == "TransactionConflict")
	}
	return out.CancellationReasons, conflict
}

// unmet reports whether the i-th write's condition did not hold.
func unmet(reasons []types.CancellationReason, i int) bool {
	return i < len(reasons) && reasons[i].Code != nil && *reasons[i].Code == "ConditionalCheckFailed"
}
