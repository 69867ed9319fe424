package dynamodb

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/expression"
	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// PutItem writes an item in place of the one with its key.
func (s *Service) PutItem(_ context.Context, in *dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
	if err := firstOf(legacy("Expected", in.Expected != nil || in.ConditionalOperator != ""), oldOrNone(in.ReturnValues)); err != nil {
		return nil, err
	}
	w, used, err := s.act(action{
		kind: putting, table: in.TableName, item: in.Item, condition: in.ConditionExpression,
		names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues, onFailure: in.ReturnValuesOnConditionCheckFailure,
	})
	if err != nil {
		return nil, err
	}
	out := &dynamodb.PutItemOutput{ConsumedCapacity: used.shown(in.ReturnConsumedCapacity)}
	if in.ReturnValues == types.ReturnValueAllOld {
		out.Attributes = w.before
	}
	return out, nil
}

// DeleteItem removes an item. One that is not there is no error.
func (s *Service) DeleteItem(_ context.Context, in *dynamodb.DeleteItemInput) (*dynamodb.DeleteItemOutput, error) {
	if err := firstOf(legacy("Expected", in.Expected != nil || in.ConditionalOperator != ""), oldOrNone(in.ReturnValues)); err != nil {
		return nil, err
	}
	w, used, err := s.act(action{
		kind: deleting, table: in.TableName, item: in.Key, condition: in.ConditionExpression,
		names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues, onFailure: in.ReturnValuesOnConditionCheckFailure,
	})
	if err != nil {
		return nil, err
	}
	out := &dynamodb.DeleteItemOutput{ConsumedCapacity: used.shown(in.ReturnConsumedCapacity)}
	if in.ReturnValues == types.ReturnValueAllOld {
		out.Attributes = w.before
	}
	return out, nil
}

// UpdateItem changes an item, or makes it of its key.
func (s *Service) UpdateItem(_ context.Context, in *dynamodb.UpdateItemInput) (*dynamodb.UpdateItemOutput, error) {
	err := firstOf(
		legacy("Expected", in.Expected != nil || in.ConditionalOperator != ""),
		legacy("AttributeUpdates", in.AttributeUpdates != nil))
	if err != nil {
		return nil, err
	}
	a := action{
		kind: updating, table: in.TableName, item: in.Key, update: in.UpdateExpression, condition: in.ConditionExpression,
		names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues, onFailure: in.ReturnValuesOnConditionCheckFailure,
	}
	w, used, err := s.act(a)
	if err != nil {
		return nil, err
	}
	return &dynamodb.UpdateItemOutput{
		Attributes: w.returned(in.ReturnValues), ConsumedCapacity: used.shown(in.ReturnConsumedCapacity),
	}, nil
}

// act does one action by itself.
func (s *Service) act(a action) (*write, *usage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.prepare(a)
	if err != nil {
		return nil, nil, err
	}
	w, err := s.run(p)
	if failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		s.conditionFailed(p.collection)
		return nil, nil, failed
	}
	if err != nil {
		return nil, nil, err
	}
	if p.changes != nil {
		w.updated = p.changes.Paths(p.scope)
	}
	s.commit([]*write{w})
	used := single(p.collection, true, writing(w))
	s.measure(used)
	return w, used, nil
}

// conditionFailed counts a failed condition, and the unit that it takes.
func (s *Service) conditionFailed(c *collection) {
	s.measure(single(c, true, map[string]float64{"": 1}))
	s.host.Measure(host.Datum{
		Namespace: namespace, Name: "ConditionalCheckFailedRequests", Unit: "Count", Value: 1,
		Dimensions: []host.Dimension{{Name: "TableName", Value: c.table.Name}},
	})
}

// returned is what ReturnValues of an update asks for.
func (w *write) returned(what types.ReturnValue) value.Item {
	switch what {
	case types.ReturnValueAllOld:
		return w.before
	case types.ReturnValueAllNew:
		return w.normal()
	case types.ReturnValueUpdatedOld:
		return someOf(w.updated, w.before)
	case types.ReturnValueUpdatedNew:
		return someOf(w.updated, w.normal())
	}
	return nil
}

// normal is the item as it has been kept.
func (w *write) normal() value.Item { return mustDecode(value.Encode(w.after)) }

// someOf is absent when nothing of it is there.
func someOf(paths expression.Projection, item value.Item) value.Item {
	if some := paths.Of(item); len(some) > 0 {
		return some
	}
	return nil
}

// GetItem reads an item.
func (s *Service) GetItem(_ context.Context, in *dynamodb.GetItemInput) (*dynamodb.GetItemOutput, error) {
	if err := legacy("AttributesToGet", in.AttributesToGet != nil); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.collection(in.TableName)
	if err != nil {
		return nil, err
	}
	projection, err := s.projection(in.ProjectionExpression, in.ExpressionAttributeNames)
	if err != nil {
		return nil, err
	}
	key, err := c.keyed(in.Key)
	if err != nil {
		return nil, err
	}
	item := s.item(c, key)
	used := single(c, false, map[string]float64{"": reading(value.Size(item), aws.ToBool(in.ConsistentRead))})
	s.measure(used)
	return &dynamodb.GetItemOutput{Item: projected(projection, item), ConsumedCapacity: used.shown(in.ReturnConsumedCapacity)}, nil
}

// projection parses and checks a ProjectionExpression that stands alone; nil is
// everything.
func (s *Service) projection(text *string, names map[string]string) (*expression.Projection, error) {
	if text == nil {
		return nil, withoutExpressions(names, nil)
	}
	scope, err := expression.NewScope(names, nil)
	if err != nil {
		return nil, err
	}
	p, err := s.expressions.Projection(*text)
	if err != nil {
		return nil, err
	}
	if p, err = p.Check(scope); err != nil {
		return nil, err
	}
	return p, scope.CheckUsed()
}

func projected(p *expression.Projection, item value.Item) value.Item {
	if p == nil || item == nil {
		return item
	}
	return p.Of(item)
}

// legacy refuses a parameter of the time before expressions.
func legacy(parameter string, used bool) error {
	if !used {
		return nil
	}
	return validation("The legacy parameter %s is not supported here: use an expression", parameter)
}

func oldOrNone(r types.ReturnValue) error {
	if r == "" || r == types.ReturnValueNone || r == types.ReturnValueAllOld {
		return nil
	}
	return validation("ReturnValues can only be ALL_OLD or NONE")
}

// firstOf is the first error, if there is one.
func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
