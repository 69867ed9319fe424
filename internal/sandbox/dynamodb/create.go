package dynamodb

import (
	"context"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// CreateTable makes a table. The answer says CREATING, the next call ACTIVE.
func (s *Service) CreateTable(_ context.Context, in *dynamodb.CreateTableInput) (*dynamodb.CreateTableOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := table{
		Name: nameOf(in.TableName), Keys: in.KeySchema, Attributes: in.AttributeDefinitions,
		Billing: in.BillingMode, Throughput: in.ProvisionedThroughput, OnDemand: in.OnDemandThroughput, Warm: in.WarmThroughput,
		Indexes: in.GlobalSecondaryIndexes, LocalIndexes: in.LocalSecondaryIndexes, Stream: in.StreamSpecification,
		Encryption: in.SSESpecification, Class: in.TableClass, Protected: aws.ToBool(in.DeletionProtectionEnabled),
		Policy: aws.ToString(in.ResourcePolicy), Tags: tagMap(in.Tags),
	}
	if err := s.add(&t); err != nil {
		return nil, err
	}
	return &dynamodb.CreateTableOutput{TableDescription: s.describe(t, types.TableStatusCreating)}, nil
}

// add checks a new table, completes it and keeps it.
func (s *Service) add(t *table) error {
	if t.Billing == "" {
		t.Billing = types.BillingModeProvisioned
	}
	if err := t.check(); err != nil {
		return err
	}
	if _, ok := s.tables.Get(t.Name); ok {
		return &types.ResourceInUseException{Message: new("Table already exists: " + t.Name)}
	}
	t.ID, t.Created = s.uuid(), s.host.Clock.Now()
	s.stamp(table{}, t)
	s.tables.Set(t.Name, *t)
	return nil
}

// stamp keeps when those things changed of which DynamoDB shows it.
func (s *Service) stamp(before table, after *table) {
	now := s.host.Clock.Now()
	if after.onDemand() && !before.onDemand() {
		after.OnDemandSince = &now
	}
	if before.Class != "" && before.Class != after.Class {
		after.ClassChanged = &now
	}
	if after.streams() && !before.streams() {
		after.StreamLabel = now.UTC().Format(streamLabelLayout)
	}
}

// DeleteTable removes a table with its items.
func (s *Service) DeleteTable(_ context.Context, in *dynamodb.DeleteTableInput) (*dynamodb.DeleteTableOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.find(in.TableName)
	if err != nil {
		return nil, err
	}
	if t.Protected {
		return nil, validation("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	}
	s.host.State.Commit(append(s.drop(t), s.tables.Remove(t.Name))...)
	return &dynamodb.DeleteTableOutput{TableDescription: s.describe(t, types.TableStatusDeleting)}, nil
}

func (s *Service) uuid() string {
	id := s.host.ID(host.Hex, 32)
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

func tagMap(tags []types.Tag) map[string]string {
	out := make(map[string]string, len(tags))
	for _, tag := range tags {
		out[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return out
}

func cloneTags(tags map[string]string) map[string]string {
	out := map[string]string{}
	maps.Copy(out, tags)
	return out
}
