package dynamodb

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/sandbox/page"
)

// maxPage is how many names ListTables gives at most.
const maxPage = 100

// DescribeTable describes a table by its name or ARN.
func (s *Service) DescribeTable(_ context.Context, in *dynamodb.DescribeTableInput) (*dynamodb.DescribeTableOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.find(in.TableName)
	if err != nil {
		return nil, err
	}
	return &dynamodb.DescribeTableOutput{Table: s.describe(t, types.TableStatusActive)}, nil
}

// ListTables lists table names in order.
func (s *Service) ListTables(_ context.Context, in *dynamodb.ListTablesInput) (*dynamodb.ListTablesOutput, error) {
	size := maxPage
	if in.Limit != nil {
		if size = int(*in.Limit); size < 1 || size > maxPage {
			return nil, validation("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: "+
				"Member must have value between 1 and %d", size, maxPage)
		}
	}
	var all []string
	for name := range s.tables.All() {
		if name > aws.ToString(in.ExclusiveStartTableName) {
			all = append(all, name)
		}
	}
	some, next, _ := page.Of(all, func(name string) string { return name }, "", size)
	out := &dynamodb.ListTablesOutput{TableNames: append([]string{}, some...)}
	if next != "" {
		out.LastEvaluatedTableName = &some[len(some)-1]
	}
	return out, nil
}

// describe gives a table as AWS shows it, but that its counts are those of this
// moment: AWS's are up to six hours old.
func (s *Service) describe(t table, status types.TableStatus) *types.TableDescription {
	d := &types.TableDescription{
		TableName: &t.Name, TableArn: new(s.arn(t.Name)), TableId: &t.ID, TableStatus: status,
		CreationDateTime: &t.Created, KeySchema: t.Keys, AttributeDefinitions: t.Attributes,
		ProvisionedThroughput: throughput(t.Throughput), OnDemandThroughput: t.OnDemand,
		DeletionProtectionEnabled: &t.Protected,
		WarmThroughput:            warmTable(t.warm(), status),
	}
	if t.onDemand() {
		d.BillingModeSummary = &types.BillingModeSummary{BillingMode: t.Billing, LastUpdateToPayPerRequestDateTime: t.OnDemandSince}
	}
	if t.streams() {
		d.StreamSpecification, d.LatestStreamArn, d.LatestStreamLabel = t.Stream, new(s.streamARN(t)), &t.StreamLabel
	}
	if t.Encryption != nil && aws.ToBool(t.Encryption.Enabled) {
		d.SSEDescription = &types.SSEDescription{
			Status: types.SSEStatusEnabled, SSEType: types.SSETypeKms, KMSMasterKeyArn: new(s.keyARN(t.Encryption.KMSMasterKeyId)),
		}
	}
	if t.Class != "" {
		d.TableClassSummary = &types.TableClassSummary{TableClass: t.Class, LastUpdateDateTime: t.ClassChanged}
	}
	s.describeIndexes(t, d)
	s.count(t, d)
	return d
}

// count fills in how many items there are, and of which size.
func (s *Service) count(t table, d *types.TableDescription) {
	c := newCollection(t)
	if there, err := s.collection(&t.Name); err == nil {
		c = there
	}
	d.ItemCount, d.TableSizeBytes = new(int64(c.primary().entries.count)), new(c.primary().bytes)
	global := c.views[1 : 1+len(t.Indexes)]
	for i, v := range global {
		d.GlobalSecondaryIndexes[i].ItemCount, d.GlobalSecondaryIndexes[i].IndexSizeBytes = new(int64(v.entries.count)), new(v.bytes)
	}
	for i, v := range c.views[1+len(t.Indexes):] {
		d.LocalSecondaryIndexes[i].ItemCount, d.LocalSecondaryIndexes[i].IndexSizeBytes = new(int64(v.entries.count)), new(v.bytes)
	}
}

func (s *Service) describeIndexes(t table, d *types.TableDescription) {
	status := types.IndexStatusActive
	if d.TableStatus == types.TableStatusCreating {
		status = types.IndexStatusCreating
	}
	for _, index := range t.Indexes {
		warm := t.warm()
		d.GlobalSecondaryIndexes = append(d.GlobalSecondaryIndexes, types.GlobalSecondaryIndexDescription{
			IndexName: index.IndexName, IndexArn: new(s.indexARN(t, index.IndexName)), IndexStatus: status,
			KeySchema: index.KeySchema, Projection: index.Projection, OnDemandThroughput: index.OnDemandThroughput,
			ProvisionedThroughput: throughput(index.ProvisionedThroughput),
			WarmThroughput: &types.GlobalSecondaryIndexWarmThroughputDescription{
				ReadUnitsPerSecond: warm.ReadUnitsPerSecond, WriteUnitsPerSecond: warm.WriteUnitsPerSecond, Status: status,
			},
		})
	}
	for _, index := range t.LocalIndexes {
		d.LocalSecondaryIndexes = append(d.LocalSecondaryIndexes, types.LocalSecondaryIndexDescription{
			IndexName: index.IndexName, IndexArn: new(s.indexARN(t, index.IndexName)), KeySchema: index.KeySchema,
			Projection: index.Projection,
		})
	}
}

func (s *Service) indexARN(t table, index *string) string {
	return s.arn(t.Name) + "/index/" + aws.ToString(index)
}

// keyARN is the KMS key of an encrypted table; without one it is AWS's own.
func (s *Service) keyARN(key *string) string {
	if key == nil {
		return s.host.ARN("kms", "alias/aws/dynamodb")
	}
	return *key
}

func throughput(p *types.ProvisionedThroughput) *types.ProvisionedThroughputDescription {
	d := &types.ProvisionedThroughputDescription{
		NumberOfDecreasesToday: new(int64(0)), ReadCapacityUnits: new(int64(0)), WriteCapacityUnits: new(int64(0)),
	}
	if p != nil {
		d.ReadCapacityUnits, d.WriteCapacityUnits = p.ReadCapacityUnits, p.WriteCapacityUnits
	}
	return d
}

// warm is what a table can take at once: an on-demand table starts with 12,000
// reads and 4,000 writes a second.
func (t table) warm() types.WarmThroughput {
	switch {
	case t.Warm != nil:
		return *t.Warm
	case t.onDemand():
		return types.WarmThroughput{ReadUnitsPerSecond: new(int64(12000)), WriteUnitsPerSecond: new(int64(4000))}
	}
	return types.WarmThroughput{
		ReadUnitsPerSecond: t.Throughput.ReadCapacityUnits, WriteUnitsPerSecond: t.Throughput.WriteCapacityUnits,
	}
}

func warmTable(w types.WarmThroughput, status types.TableStatus) *types.TableWarmThroughputDescription {
	return &types.TableWarmThroughputDescription{
		ReadUnitsPerSecond: w.ReadUnitsPerSecond, WriteUnitsPerSecond: w.WriteUnitsPerSecond, Status: status,
	}
}
