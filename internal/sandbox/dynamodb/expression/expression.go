// Package expression is DynamoDB's expression language: conditions and filters,
// key conditions, projections and updates. An expression is parsed once by its
// text (Cache), checked against the names and values of each request (Scope), and
// then evaluated on items. All errors are ValidationExceptions in AWS's words.
package expression

import "github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"

// Condition is a parsed condition: a ConditionExpression or a FilterExpression.
type Condition struct {
	kind string
	tree condition
}

// Check holds the condition against a request's names and values.
func (c *Condition) Check(s *Scope) error {
	if err := c.tree.check(s); err != nil {
		return value.Invalid("Invalid %s: %s", c.kind, message(err))
	}
	return nil
}

// Holds evaluates a checked condition. A nil item has no attributes.
func (c *Condition) Holds(s *Scope, item value.Item) bool { return c.tree.holds(s, item) }

// Cache keeps parsed expressions by their texts. It is not safe for concurrent use.
type Cache struct{ parsed map[cacheKey]any }

type cacheKey struct{ kind, text string }

// maxCached is how many expressions are kept; with more the cache starts anew.
// A program has a few dozen, unless it writes values into their texts.
const maxCached = 1000

func cached[T any](c *Cache, kind, text string, grammar func(*parser) (T, error)) (T, error) {
	key := cacheKey{kind, text}
	if known, ok := c.parsed[key].(T); ok {
		return known, nil
	}
	tree, err := parse(kind, text, grammar)
	if err != nil {
		return tree, err
	}
	if c.parsed == nil || len(c.parsed) >= maxCached {
		c.parsed = map[cacheKey]any{}
	}
	c.parsed[key] = tree
	return tree, nil
}

// Condition parses a condition. Its kind is the parameter's name, which messages
// begin with.
func (c *Cache) Condition(kind, text string) (*Condition, error) {
	return cached(c, kind, text, func(p *parser) (*Condition, error) {
		tree, err := p.condition()
		return &Condition{kind, tree}, err
	})
}

// Update parses an UpdateExpression.
func (c *Cache) Update(text string) (*Update, error) {
	return cached(c, "UpdateExpression", text, (*parser).update)
}

// Projection parses a ProjectionExpression.
func (c *Cache) Projection(text string) (*Projection, error) {
	return cached(c, "ProjectionExpression", text, func(p *parser) (*Projection, error) {
		paths, err := list(p, p.path)
		return &Projection{paths}, err
	})
}
