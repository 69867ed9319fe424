package dynamodb

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/expression"
	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

// kind is what an action does to its item.
type kind string

const (
	putting  kind = "Put"
	updating kind = "Update"
	deleting kind = "Delete"
	checking kind = "ConditionCheck"
)

// action is what is asked to be done to one item, by an operation of its own or in
// a transaction.
type action struct {
	kind  kind
	table *string
	// item is the whole of it when putting, otherwise the key.
	item              value.Item
	update, condition *string
	names             map[string]string
	values            value.Item
	// onFailure says whether a failed condition's error shows the item.
	onFailure types.ReturnValuesOnConditionCheckFailure
}

// prepared is an action whose parameters are in order.
type prepared struct {
	action
	collection *collection
	key        string
	scope      *expression.Scope
	holds      *expression.Condition
	changes    *expression.Update
}

// prepare checks an action's parameters. It looks at no item.
func (s *Service) prepare(a action) (*prepared, error) {
	c, err := s.collection(a.table)
	if err != nil {
		return nil, err
	}
	p := &prepared{action: a, collection: c}
	if err := s.prepareExpressions(p); err != nil {
		return nil, err
	}
	return p, p.checkItem()
}

func (p *prepared) checkItem() (err error) {
	if p.kind != putting {
		p.key, err = p.collection.keyed(p.item)
		return err
	}
	if err := value.CheckItem(p.item); err != nil {
		return err
	}
	if value.Size(p.item) > maxItem {
		return validation("Item size has exceeded the maximum allowed size")
	}
	p.key, err = p.collection.keyedItem(p.item)
	return err
}

func (s *Service) prepareExpressions(p *prepared) (err error) {
	if p.update == nil && p.condition == nil {
		return withoutExpressions(p.names, p.values)
	}
	if p.scope, err = expression.NewScope(p.names, p.values); err != nil {
		return err
	}
	if p.update != nil {
		if err := s.prepareUpdate(p); err != nil {
			return err
		}
	}
	if p.condition != nil {
		if p.holds, err = s.condition("ConditionExpression", *p.condition, p.scope); err != nil {
			return err
		}
	}
	return p.scope.CheckUsed()
}

func (s *Service) prepareUpdate(p *prepared) (err error) {
	if p.changes, err = s.expressions.Update(*p.update); err != nil {
		return err
	}
	if err := p.changes.Check(p.scope); err != nil {
		return err
	}
	for _, name := range p.changes.Paths(p.scope).Attributes() {
		if p.collection.primary().schema.has(name) {
			return invalid("Cannot update attribute %s. This attribute is part of the key", name)
		}
	}
	return nil
}

// condition parses and checks a condition of that parameter.
func (s *Service) condition(parameter, text string, scope *expression.Scope) (*expression.Condition, error) {
	c, err := s.expressions.Condition(parameter, text)
	if err != nil {
		return nil, err
	}
	return c, c.Check(scope)
}

// withoutExpressions refuses names and values that nothing could use.
func withoutExpressions(names map[string]string, values value.Item) error {
	switch {
	case names != nil:
		return validation("ExpressionAttributeNames can only be specified when using expressions")
	case values != nil:
		return validation("ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null")
	}
	return nil
}

// run looks at the item and gives the write that the action comes to. A condition
// that does not hold is a ConditionalCheckFailedException.
func (s *Service) run(p *prepared) (*write, error) {
	w := &write{collection: p.collection, key: p.key, before: s.item(p.collection, p.key)}
	if p.holds != nil && !p.holds.Holds(p.scope, w.before) {
		failed := &types.ConditionalCheckFailedException{Message: new("The conditional request failed")}
		if p.onFailure == types.ReturnValuesOnConditionCheckFailureAllOld {
			failed.Item = w.before
		}
		return w, failed
	}
	switch p.kind {
	case putting:
		w.after = p.item
	case checking:
		w.after, w.checkOnly = w.before, true
	case updating:
		return w, p.applyTo(w)
	}
	return w, nil
}

// applyTo makes the item of before and the update.
func (p *prepared) applyTo(w *write) error {
	w.after = value.Clone(w.before)
	if w.after == nil {
		w.after = value.Clone(p.item)
	}
	if p.changes == nil {
		return nil
	}
	if err := p.changes.Apply(p.scope, w.after); err != nil {
		return err
	}
	if err := value.CheckItem(w.after); err != nil {
		return err
	}
	if value.Size(w.after) > maxItem {
		return validation("Item size to update has exceeded the maximum allowed size")
	}
	return p.collection.checkIndexKeys(w.after)
}
