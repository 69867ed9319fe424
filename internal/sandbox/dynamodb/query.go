package dynamodb

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/expression"
	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// Query reads items of one partition in the order of their sort keys.
func (s *Service) Query(_ context.Context, in *dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
	err := firstOf(
		legacy("AttributesToGet", in.AttributesToGet != nil),
		legacy("KeyConditions", in.KeyConditions != nil),
		legacy("QueryFilter", in.QueryFilter != nil || in.ConditionalOperator != ""))
	if err != nil {
		return nil, err
	}
	if in.KeyConditionExpression == nil {
		return nil, validation("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.reader(request{
		table: in.TableName, index: in.IndexName, filter: in.FilterExpression, projection: in.ProjectionExpression,
		names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues, selected: in.Select, limit: in.Limit,
		start: in.ExclusiveStartKey, consistent: aws.ToBool(in.ConsistentRead),
	})
	if err != nil {
		return nil, err
	}
	r.backwards = in.ScanIndexForward != nil && !*in.ScanIndexForward
	if err := s.prepareQuery(r, *in.KeyConditionExpression); err != nil {
		return nil, err
	}
	p := s.read(r)
	used := r.usage(p)
	s.measure(used)
	s.measureReturned("Query", r.collection, p)
	return &dynamodb.QueryOutput{
		Items: itemsOf(r, p), Count: p.count, ScannedCount: p.scanned, LastEvaluatedKey: p.last,
		ConsumedCapacity: used.shown(in.ReturnConsumedCapacity),
	}, nil
}

// itemsOf are the page's items, absent when only their count is wanted.
func itemsOf(r *reader, p *found) []value.Item {
	if r.selected == "COUNT" {
		return nil
	}
	return p.items
}

func (s *Service) measureReturned(operation string, c *collection, p *found) {
	s.host.Measure(host.Datum{
		Namespace: namespace, Name: "ReturnedItemCount", Unit: "Count", Value: float64(p.count),
		Dimensions: []host.Dimension{{Name: "Operation", Value: operation}, {Name: "TableName", Value: c.table.Name}},
	})
}

func (s *Service) prepareQuery(r *reader, text string) error {
	c, err := s.expressions.Condition("KeyConditionExpression", text)
	if err != nil {
		return err
	}
	keys, err := c.KeyConditions(r.scope)
	if err != nil {
		return err
	}
	if err := r.scope.CheckUsed(); err != nil {
		return err
	}
	if err := r.bound(keys); err != nil {
		return err
	}
	if r.accepts != nil {
		for _, name := range r.accepts.Attributes(r.scope) {
			if r.view.schema.has(name) {
				return validation("Filter Expression can only contain non-primary key attributes: Primary key attribute: %s", name)
			}
		}
	}
	return r.startAfter()
}

// bound turns the conditions on the key into bounds in the view's order.
func (r *reader) bound(keys map[string]expression.KeyCondition) error {
	if len(keys) > len(r.view.schema) {
		return validation("Query key condition not supported")
	}
	partition := r.view.schema[0]
	hash, there := keys[partition.name]
	if !there {
		return validation("Query condition missed key schema element: %s", partition.name)
	}
	if hash.Operator != "=" {
		return validation("Query key condition not supported")
	}
	if err := partition.checkCondition(hash, true); err != nil {
		return err
	}
	start := orderOf(hash.Values[0])
	r.low, r.high = start+endOfPart, start+afterPart
	if len(keys) == 1 {
		return nil
	}
	sort := r.view.schema[1]
	condition, there := keys[sort.name]
	if !there {
		return validation("Query condition missed key schema element: %s", sort.name)
	}
	if err := sort.checkCondition(condition, false); err != nil {
		return err
	}
	r.boundSort(condition)
	return nil
}

// checkCondition wants values of the key's type.
func (p keyPart) checkCondition(c expression.KeyCondition, partition bool) error {
	for _, v := range c.Values {
		if value.Type(v) != string(p.typ) {
			return invalid("Condition parameter type does not match schema type")
		}
		if c.Operator == "begins_with" && p.typ != "N" {
			continue // an empty beginning is one, too
		}
		if err := checkKeyValue(p.name, v, partition); err != nil {
			return err
		}
	}
	return nil
}

// boundSort narrows the bounds of a partition to the condition on the sort key.
func (r *reader) boundSort(c expression.KeyCondition) {
	partition := r.low
	from := partition + orderOf(c.Values[0])
	switch c.Operator {
	case "=":
		r.low, r.high = from+endOfPart, from+afterPart
	case "<":
		r.high = from + endOfPart
	case "<=":
		r.high = from + afterPart
	case ">":
		r.low = from + afterPart
	case ">=":
		r.low = from + endOfPart
	case "begins_with":
		r.low, r.high = from, from+afterText
	case "BETWEEN":
		r.low, r.high = from+endOfPart, partition+orderOf(c.Values[1])+afterPart
	}
}
