package dynamodb

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// UpdateTable changes what the input has members for. The answer says UPDATING,
// the next call ACTIVE.
func (s *Service) UpdateTable(_ context.Context, in *dynamodb.UpdateTableInput) (*dynamodb.UpdateTableOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, err := s.find(in.TableName)
	if err != nil {
		return nil, err
	}
	after := before
	after.set(in)
	if err := after.updateStream(before, in.StreamSpecification); err != nil {
		return nil, err
	}
	if err := after.updateIndexes(in.GlobalSecondaryIndexUpdates); err != nil {
		return nil, err
	}
	if err := s.replace(before, after); err != nil {
		return nil, err
	}
	changed, _ := s.tables.Get(after.Name)
	return &dynamodb.UpdateTableOutput{TableDescription: s.describe(changed, types.TableStatusUpdating)}, nil
}

// replace checks and keeps a changed table.
func (s *Service) replace(before, after table) error {
	after.dropUnusedAttributes()
	if err := after.check(); err != nil {
		return err
	}
	s.stamp(before, &after)
	s.tables.Set(after.Name, after)
	s.reorder(after)
	return nil
}

// set takes over those members that stand by themselves.
func (t *table) set(in *dynamodb.UpdateTableInput) {
	for _, definition := range in.AttributeDefinitions {
		t.define(definition)
	}
	if in.BillingMode != "" && in.BillingMode != t.Billing {
		t.Billing = in.BillingMode
		t.Throughput = nil
	}
	if in.ProvisionedThroughput != nil {
		t.Throughput = in.ProvisionedThroughput
	}
	if in.OnDemandThroughput != nil {
		t.OnDemand = in.OnDemandThroughput
	}
	if in.WarmThroughput != nil {
		t.Warm = in.WarmThroughput
	}
	if in.SSESpecification != nil {
		t.Encryption = in.SSESpecification
	}
	if in.TableClass != "" {
		t.Class = in.TableClass
	}
	if in.DeletionProtectionEnabled != nil {
		t.Protected = *in.DeletionProtectionEnabled
	}
}

func (t *table) define(definition types.AttributeDefinition) {
	same := func(d types.AttributeDefinition) bool {
		return aws.ToString(d.AttributeName) == aws.ToString(definition.AttributeName)
	}
	t.Attributes = append(slices.DeleteFunc(slices.Clone(t.Attributes), same), definition)
}

// dropUnusedAttributes leaves out the definitions that only a deleted index used.
func (t *table) dropUnusedAttributes() {
	used := t.keyAttributes()
	t.Attributes = slices.DeleteFunc(slices.Clone(t.Attributes), func(d types.AttributeDefinition) bool {
		return !slices.Contains(used, aws.ToString(d.AttributeName))
	})
}

func (t *table) updateStream(before table, wanted *types.StreamSpecification) error {
	switch {
	case wanted == nil:
		return nil
	case aws.ToBool(wanted.StreamEnabled) && before.streams():
		return validation("Table already has an enabled stream: TableName: %s", t.Name)
	case !aws.ToBool(wanted.StreamEnabled) && !before.streams():
		return validation("Table has no stream to disable: TableName: %s", t.Name)
	}
	t.Stream = wanted
	return nil
}

// updateIndexes creates, changes and deletes global secondary indexes.
func (t *table) updateIndexes(updates []types.GlobalSecondaryIndexUpdate) error {
	online := 0
	for _, update := range updates {
		if update.Create != nil || update.Delete != nil {
			online++
		}
		if err := t.updateIndex(update); err != nil {
			return err
		}
	}
	if online > 1 {
		return &types.LimitExceededException{Message: new(
			"Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table")}
	}
	return nil
}

func (t *table) updateIndex(update types.GlobalSecondaryIndexUpdate) error {
	t.Indexes = slices.Clone(t.Indexes)
	find := func(name *string) (int, error) {
		i := slices.IndexFunc(t.Indexes, func(index types.GlobalSecondaryIndex) bool {
			return aws.ToString(index.IndexName) == aws.ToString(name)
		})
		if i < 0 {
			return i, &types.ResourceNotFoundException{Message: new("Requested resource not found")}
		}
		return i, nil
	}
	switch {
	case update.Create != nil:
		c := update.Create
		if _, err := find(c.IndexName); err == nil {
			return validation("Attempting to create an index which already exists")
		}
		t.Indexes = append(t.Indexes, types.GlobalSecondaryIndex{
			IndexName: c.IndexName, KeySchema: c.KeySchema, Projection: c.Projection, OnDemandThroughput: c.OnDemandThroughput,
			ProvisionedThroughput: c.ProvisionedThroughput, WarmThroughput: c.WarmThroughput,
		})
	case update.Delete != nil:
		i, err := find(update.Delete.IndexName)
		if err != nil {
			return err
		}
		t.Indexes = slices.Delete(t.Indexes, i, i+1)
	case update.Update != nil:
		i, err := find(update.Update.IndexName)
		if err != nil {
			return err
		}
		t.Indexes[i].ProvisionedThroughput = update.Update.ProvisionedThroughput
		t.Indexes[i].OnDemandThroughput = update.Update.OnDemandThroughput
	}
	return nil
}
