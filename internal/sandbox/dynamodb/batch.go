package dynamodb

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

// AWS's limits of batches.
const (
	maxBatchWrite = 25
	maxBatchGet   = 100
	// maxBatchBytes is how much one BatchGetItem answers.
	maxBatchBytes = 16 << 20
)

// BatchWriteItem puts and deletes items without conditions. Nothing is left
// unprocessed.
func (s *Service) BatchWriteItem(_ context.Context, in *dynamodb.BatchWriteItemInput) (*dynamodb.BatchWriteItemOutput, error) {
	if err := checkBatchWrite(in.RequestItems); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	writes, err := s.batchWrites(in.RequestItems)
	if err != nil {
		return nil, err
	}
	s.commit(writes)
	used := &usages{write: true, factor: 1}
	for _, w := range writes {
		used.add(w.collection, writing(w))
	}
	s.measure(used.byTable...)
	return &dynamodb.BatchWriteItemOutput{
		UnprocessedItems: map[string][]types.WriteRequest{}, ConsumedCapacity: used.shown(in.ReturnConsumedCapacity, false),
	}, nil
}

func checkBatchWrite(requests map[string][]types.WriteRequest) error {
	count := 0
	for _, list := range requests {
		count += len(list)
		for _, r := range list {
			if (r.PutRequest == nil) == (r.DeleteRequest == nil) {
				return validation("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
			}
		}
	}
	if count == 0 || count > maxBatchWrite || slices.ContainsFunc(slices.Collect(maps.Values(requests)), isEmpty) {
		return validation("1 validation error detected: Value at 'requestItems' failed to satisfy constraint: "+
			"Map value must satisfy constraint: [Member must have length less than or equal to %d, "+
			"Member must have length greater than or equal to 1]", maxBatchWrite)
	}
	return nil
}

func isEmpty(list []types.WriteRequest) bool { return len(list) == 0 }

// batchWrites are the writes of a batch. All is prepared before the first item is
// looked at, since finding a table lets items expire.
func (s *Service) batchWrites(requests map[string][]types.WriteRequest) ([]*write, error) {
	var all []*prepared
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(requests)) {
		for _, r := range requests[name] {
			p, err := s.prepare(batchAction(name, r))
			if err != nil {
				return nil, err
			}
			key := recordKey(p.collection.table.Name, p.key)
			if seen[key] {
				return nil, validation("Provided list of item keys contains duplicates")
			}
			seen[key], all = true, append(all, p)
		}
	}
	writes := make([]*write, len(all))
	for i, p := range all {
		var err error
		if writes[i], err = s.run(p); err != nil {
			return nil, err
		}
	}
	return writes, nil
}

func batchAction(table string, r types.WriteRequest) action {
	if r.PutRequest != nil {
		return action{kind: putting, table: &table, item: r.PutRequest.Item}
	}
	return action{kind: deleting, table: &table, item: r.DeleteRequest.Key}
}

// BatchGetItem reads items of several tables. What goes beyond 16 MB stays
// unprocessed.
func (s *Service) BatchGetItem(_ context.Context, in *dynamodb.BatchGetItemInput) (*dynamodb.BatchGetItemOutput, error) {
	if err := checkBatchGet(in.RequestItems); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b := &batchGet{used: &usages{factor: 1}, out: &dynamodb.BatchGetItemOutput{
		Responses: map[string][]map[string]types.AttributeValue{}, UnprocessedKeys: map[string]types.KeysAndAttributes{},
	}}
	for _, name := range slices.Sorted(maps.Keys(in.RequestItems)) {
		if err := s.batchGet(b, name, in.RequestItems[name]); err != nil {
			return nil, err
		}
	}
	s.measure(b.used.byTable...)
	b.out.ConsumedCapacity = b.used.shown(in.ReturnConsumedCapacity, false)
	return b.out, nil
}

func checkBatchGet(requests map[string]types.KeysAndAttributes) error {
	count := 0
	for _, r := range requests {
		if len(r.Keys) == 0 || len(r.Keys) > maxBatchGet {
			return validation("1 validation error detected: Value at 'requestItems.member.keys' failed to satisfy constraint: "+
				"Member must have length between 1 and %d", maxBatchGet)
		}
		if err := legacy("AttributesToGet", r.AttributesToGet != nil); err != nil {
			return err
		}
		count += len(r.Keys)
	}
	switch {
	case count == 0:
		return validation("1 validation error detected: Value at 'requestItems' failed to satisfy constraint: " +
			"Member must have length greater than or equal to 1")
	case count > maxBatchGet:
		return validation("Too many items requested for the BatchGetItem call")
	}
	return nil
}

// batchGet is a BatchGetItem at work.
type batchGet struct {
	out   *dynamodb.BatchGetItemOutput
	used  *usages
	bytes int
}

func (s *Service) batchGet(b *batchGet, name string, r types.KeysAndAttributes) error {
	c, err := s.collection(&name)
	if err != nil {
		return err
	}
	projection, err := s.projection(r.ProjectionExpression, r.ExpressionAttributeNames)
	if err != nil {
		return err
	}
	keys, err := c.distinct(r.Keys)
	if err != nil {
		return err
	}
	found := []map[string]types.AttributeValue{}
	for i, key := range keys {
		item := s.item(c, key)
		if b.bytes+value.Size(item) > maxBatchBytes {
			r.Keys = r.Keys[i:]
			b.out.UnprocessedKeys[name] = r
			break
		}
		b.bytes += value.Size(item)
		b.used.add(c, map[string]float64{"": reading(value.Size(item), aws.ToBool(r.ConsistentRead))})
		if item != nil {
			found = append(found, projected(projection, item))
		}
	}
	b.out.Responses[name] = found
	return nil
}

// distinct gives the items' keys, no two of them the same.
func (c *collection) distinct(keys []map[string]types.AttributeValue) ([]string, error) {
	var out []string
	for _, key := range keys {
		k, err := c.keyed(key)
		if err != nil {
			return nil, err
		}
		if slices.Contains(out, k) {
			return nil, validation("Provided list of item keys contains duplicates")
		}
		out = append(out, k)
	}
	return out, nil
}
