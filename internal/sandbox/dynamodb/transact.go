package dynamodb

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

const (
	// maxTransaction is how many actions a transaction has at most.
	maxTransaction = 100
	// transactionFactor is what a transaction takes more than its parts would.
	transactionFactor = 2
)

// TransactWriteItems does all actions or none. One call follows the other here, so
// transactions never conflict.
func (s *Service) TransactWriteItems(_ context.Context, in *dynamodb.TransactWriteItemsInput) (*dynamodb.TransactWriteItemsOutput, error) {
	if err := checkTransaction(len(in.TransactItems)); err != nil {
		return nil, err
	}
	actions := make([]action, len(in.TransactItems))
	for i, item := range in.TransactItems {
		var err error
		if actions[i], err = transactAction(item); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	all, err := s.prepareAll(actions)
	if err != nil {
		return nil, err
	}
	used, err := s.transact(all, actions, aws.ToString(in.ClientRequestToken))
	if err != nil {
		return nil, err
	}
	return &dynamodb.TransactWriteItemsOutput{ConsumedCapacity: used.shown(in.ReturnConsumedCapacity, true)}, nil
}

// transact does a transaction, unless it has been done under its token.
func (s *Service) transact(all []*prepared, actions []action, name string) (*usages, error) {
	now := s.host.Clock.Now()
	request := fingerprint(actions)
	if done, err := s.tokens.done(name, request, now); err != nil {
		return nil, err
	} else if done {
		return s.repeated(all), nil
	}
	writes, used, err := s.runAll(all)
	if err != nil {
		return nil, err
	}
	var remember []state.Change
	if name != "" {
		remember = s.tokens.keep(name, request, now)
	}
	s.commit(writes, remember...)
	s.measure(used.byTable...)
	return used, nil
}

func checkTransaction(n int) error {
	if n < 1 || n > maxTransaction {
		return validation("1 validation error detected: Value at 'transactItems' failed to satisfy constraint: "+
			"Member must have length between 1 and %d", maxTransaction)
	}
	return nil
}

// transactAction is the one action in a transaction's item.
func transactAction(item types.TransactWriteItem) (action, error) {
	var found []action
	if p := item.Put; p != nil {
		found = append(found, action{putting, p.TableName, p.Item, nil, p.ConditionExpression,
			p.ExpressionAttributeNames, p.ExpressionAttributeValues, p.ReturnValuesOnConditionCheckFailure})
	}
	if u := item.Update; u != nil {
		found = append(found, action{updating, u.TableName, u.Key, u.UpdateExpression, u.ConditionExpression,
			u.ExpressionAttributeNames, u.ExpressionAttributeValues, u.ReturnValuesOnConditionCheckFailure})
	}
	if d := item.Delete; d != nil {
		found = append(found, action{deleting, d.TableName, d.Key, nil, d.ConditionExpression,
			d.ExpressionAttributeNames, d.ExpressionAttributeValues, d.ReturnValuesOnConditionCheckFailure})
	}
	if c := item.ConditionCheck; c != nil {
		found = append(found, action{checking, c.TableName, c.Key, nil, c.ConditionExpression,
			c.ExpressionAttributeNames, c.ExpressionAttributeValues, c.ReturnValuesOnConditionCheckFailure})
	}
	if len(found) != 1 {
		return action{}, validation("TransactItems can only contain one of Check, Put, Update or Delete")
	}
	return found[0], nil
}

// prepareAll checks the actions, of which no two may be on one item.
func (s *Service) prepareAll(actions []action) ([]*prepared, error) {
	all := make([]*prepared, len(actions))
	seen := map[string]bool{}
	for i, a := range actions {
		p, err := s.prepare(a)
		if err != nil {
			return nil, err
		}
		key := recordKey(p.collection.table.Name, p.key)
		if seen[key] {
			return nil, sameItemTwice()
		}
		seen[key], all[i] = true, p
	}
	return all, nil
}

func sameItemTwice() error {
	return validation("Transaction request cannot include multiple operations on one item")
}

// runAll gives the writes of a transaction, or why it is cancelled.
func (s *Service) runAll(all []*prepared) ([]*write, *usages, error) {
	used := &usages{write: true, factor: transactionFactor}
	writes := make([]*write, len(all))
	reasons := make([]types.CancellationReason, len(all))
	cancelled := false
	for i, p := range all {
		w, err := s.run(p)
		reasons[i] = reasonOf(err)
		if err != nil {
			cancelled = true
			continue
		}
		writes[i] = w
		used.add(p.collection, writing(w))
	}
	if !cancelled {
		return writes, used, nil
	}
	for i, p := range all {
		if *reasons[i].Code == conditionFailedCode {
			s.conditionFailed(p.collection)
		}
	}
	return nil, nil, cancellation(reasons)
}

const conditionFailedCode = "ConditionalCheckFailed"

// reasonOf is why one action cancels its transaction, "None" if it does not.
func reasonOf(err error) types.CancellationReason {
	if err == nil {
		return types.CancellationReason{Code: new("None")}
	}
	if failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		return types.CancellationReason{Code: new(conditionFailedCode), Message: failed.Message, Item: failed.Item}
	}
	message := err.Error()
	if own, ok := errors.AsType[*wire.Error](err); ok {
		message = own.Message
	}
	return types.CancellationReason{Code: new("ValidationError"), Message: &message}
}

func cancellation(reasons []types.CancellationReason) error {
	codes := make([]string, len(reasons))
	for i, reason := range reasons {
		codes[i] = *reason.Code
	}
	return &types.TransactionCanceledException{
		Message:             new("Transaction cancelled, please refer cancellation reasons for specific reasons [" + strings.Join(codes, ", ") + "]"),
		CancellationReasons: reasons,
	}
}

// repeated is what a transaction takes that was done before: it only reads.
func (s *Service) repeated(all []*prepared) *usages {
	used := &usages{factor: transactionFactor}
	for _, p := range all {
		used.add(p.collection, map[string]float64{"": reading(value.Size(s.item(p.collection, p.key)), true)})
	}
	s.measure(used.byTable...)
	return used
}

// TransactGetItems reads items as they are at one moment.
func (s *Service) TransactGetItems(_ context.Context, in *dynamodb.TransactGetItemsInput) (*dynamodb.TransactGetItemsOutput, error) {
	if err := checkTransaction(len(in.TransactItems)); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &dynamodb.TransactGetItemsOutput{}
	used := &usages{factor: transactionFactor}
	seen := map[string]bool{}
	for _, one := range in.TransactItems {
		if one.Get == nil {
			return nil, validation("TransactItems can only contain Get")
		}
		item, err := s.transactGet(one.Get, used, seen)
		if err != nil {
			return nil, err
		}
		out.Responses = append(out.Responses, types.ItemResponse{Item: item})
	}
	s.measure(used.byTable...)
	out.ConsumedCapacity = used.shown(in.ReturnConsumedCapacity, true)
	return out, nil
}

func (s *Service) transactGet(get *types.Get, used *usages, seen map[string]bool) (value.Item, error) {
	c, err := s.collection(get.TableName)
	if err != nil {
		return nil, err
	}
	projection, err := s.projection(get.ProjectionExpression, get.ExpressionAttributeNames)
	if err != nil {
		return nil, err
	}
	key, err := c.keyed(get.Key)
	if err != nil {
		return nil, err
	}
	if seen[recordKey(c.table.Name, key)] {
		return nil, sameItemTwice()
	}
	seen[recordKey(c.table.Name, key)] = true
	item := s.item(c, key)
	used.add(c, map[string]float64{"": reading(value.Size(item), true)})
	return projected(projection, item), nil
}
