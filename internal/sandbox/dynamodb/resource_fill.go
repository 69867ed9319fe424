package dynamodb

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// fill sets on t all that the properties say, and unsets what they leave out.
func (s *Service) fill(t *table, r resource.Request, p *tableProperties) error {
	t.Keys, t.Attributes, t.LocalIndexes = p.KeySchema, p.AttributeDefinitions, p.LocalSecondaryIndexes
	t.Billing = types.BillingMode(p.BillingMode)
	if t.Billing == "" {
		t.Billing = types.BillingModeProvisioned
	}
	t.Throughput, t.OnDemand, t.Warm = p.ProvisionedThroughput, p.OnDemandThroughput, p.WarmThroughput
	t.Indexes = nil
	for _, index := range p.GlobalSecondaryIndexes {
		t.Indexes = append(t.Indexes, types.GlobalSecondaryIndex{
			IndexName: &index.IndexName, KeySchema: index.KeySchema, Projection: index.Projection,
			ProvisionedThroughput: index.ProvisionedThroughput, OnDemandThroughput: index.OnDemandThroughput, WarmThroughput: index.WarmThroughput,
		})
	}
	t.Stream = nil
	if p.StreamSpecification != nil {
		t.Stream = &types.StreamSpecification{
			StreamEnabled: new(true), StreamViewType: types.StreamViewType(p.StreamSpecification.StreamViewType),
		}
	}
	t.Encryption = nil
	if e := p.SSESpecification; e != nil {
		t.Encryption = &types.SSESpecification{Enabled: e.SSEEnabled, SSEType: types.SSEType(e.SSEType)}
		if e.KMSMasterKeyId != "" {
			t.Encryption.KMSMasterKeyId = &e.KMSMasterKeyId
		}
	}
	t.Class, t.Protected, t.Insights = types.TableClass(p.TableClass), aws.ToBool(p.DeletionProtectionEnabled), p.ContributorInsightsSpecification
	t.TimeToLive = ""
	if p.TimeToLiveSpecification != nil && aws.ToBool(p.TimeToLiveSpecification.Enabled) {
		t.TimeToLive = p.TimeToLiveSpecification.AttributeName
	}
	t.Policy = ""
	if p.ResourcePolicy != nil {
		t.Policy = resource.Document(p.ResourcePolicy.PolicyDocument)
	}
	t.Tags = r.AllTags(p.Tags)
	return s.setRecovery(t, p.PointInTimeRecoverySpecification)
}

func (s *Service) readResource(_ context.Context, physicalID string) (*tableProperties, bool) {
	t, ok := s.tables.Get(physicalID)
	if !ok {
		return nil, false
	}
	p := &tableProperties{
		TableName: t.Name, KeySchema: t.Keys, AttributeDefinitions: t.Attributes, BillingMode: string(t.Billing),
		ProvisionedThroughput: t.Throughput, OnDemandThroughput: t.OnDemand, WarmThroughput: t.Warm,
		LocalSecondaryIndexes: t.LocalIndexes, TableClass: string(t.Class), DeletionProtectionEnabled: &t.Protected,
		PointInTimeRecoverySpecification: &types.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: new(t.Recovery != nil)},
		ContributorInsightsSpecification: t.Insights, Tags: resource.OwnTags(t.Tags),
	}
	for _, index := range t.Indexes {
		p.GlobalSecondaryIndexes = append(p.GlobalSecondaryIndexes, indexProperties{
			IndexName: aws.ToString(index.IndexName), KeySchema: index.KeySchema, Projection: index.Projection,
			ProvisionedThroughput: index.ProvisionedThroughput, OnDemandThroughput: index.OnDemandThroughput, WarmThroughput: index.WarmThroughput,
		})
	}
	t.readSettings(p)
	return p, true
}

// readSettings gives the properties that are absent when their setting is off.
func (t table) readSettings(p *tableProperties) {
	if t.Recovery != nil {
		p.PointInTimeRecoverySpecification.RecoveryPeriodInDays = &t.Recovery.Days
	}
	if t.streams() {
		p.StreamSpecification = &streamProperties{StreamViewType: string(t.Stream.StreamViewType)}
	}
	if t.Encryption != nil {
		p.SSESpecification = &encryptionProperties{
			SSEEnabled: t.Encryption.Enabled, SSEType: string(t.Encryption.SSEType), KMSMasterKeyId: aws.ToString(t.Encryption.KMSMasterKeyId),
		}
	}
	if t.TimeToLive != "" {
		p.TimeToLiveSpecification = &ttlProperties{AttributeName: t.TimeToLive, Enabled: new(true)}
	}
	if t.Policy != "" {
		p.ResourcePolicy = &policyProperties{PolicyDocument: resource.Parsed(t.Policy)}
	}
}
