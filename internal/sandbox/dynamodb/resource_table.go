package dynamodb

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// tableProperties are the properties of AWS::DynamoDB::Table. Where they have the
// API's own shape they are the SDK's types.
type tableProperties struct {
	TableName                        string
	KeySchema                        []types.KeySchemaElement `cfn:"required"`
	AttributeDefinitions             []types.AttributeDefinition
	BillingMode                      string
	ProvisionedThroughput            *types.ProvisionedThroughput
	OnDemandThroughput               *types.OnDemandThroughput
	WarmThroughput                   *types.WarmThroughput
	GlobalSecondaryIndexes           []indexProperties
	LocalSecondaryIndexes            []types.LocalSecondaryIndex
	StreamSpecification              *streamProperties
	SSESpecification                 *encryptionProperties
	TableClass                       string
	DeletionProtectionEnabled        *bool
	PointInTimeRecoverySpecification *types.PointInTimeRecoverySpecification
	TimeToLiveSpecification          *ttlProperties
	ContributorInsightsSpecification *insights
	ResourcePolicy                   *policyProperties
	Tags                             []resource.Tag
}

type indexProperties struct {
	IndexName                        string                   `cfn:"required"`
	KeySchema                        []types.KeySchemaElement `cfn:"required"`
	Projection                       *types.Projection        `cfn:"required"`
	ProvisionedThroughput            *types.ProvisionedThroughput
	OnDemandThroughput               *types.OnDemandThroughput
	WarmThroughput                   *types.WarmThroughput
	ContributorInsightsSpecification *insights
}

type streamProperties struct {
	StreamViewType string `cfn:"required"`
	ResourcePolicy *policyProperties
}

type encryptionProperties struct {
	SSEEnabled     *bool `cfn:"required"`
	SSEType        string
	KMSMasterKeyId string //nolint:revive // the property's own name
}

type ttlProperties struct {
	AttributeName string
	Enabled       *bool `cfn:"required"`
}

type policyProperties struct {
	PolicyDocument any `cfn:"required"`
}

// insights is CloudWatch contributor insights, which the sandbox only remembers.
type insights struct {
	Enabled *bool `cfn:"required"`
	Mode    string
}

func (s *Service) tableType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::DynamoDB::Table", NameProperty: "TableName",
		CreateOnly: []string{"TableName", "KeySchema", "LocalSecondaryIndexes"},
		Attributes: []string{"Arn", "StreamArn"},
		Times:      resource.Times{Create: 20 * time.Second, Update: 20 * time.Second, Delete: 10 * time.Second},
	}, resource.Steps[tableProperties]{
		Create: s.createResource, Update: s.updateResource, Delete: s.deleteResource, Read: s.readResource,
	})
}

func (s *Service) createResource(_ context.Context, r resource.Request, p *tableProperties) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := table{Name: p.TableName}
	if t.Name == "" {
		t.Name = r.GeneratedName(255)
	}
	if _, ok := s.tables.Get(t.Name); ok {
		return resource.Result{}, &resource.Error{
			Code: "AlreadyExists", Message: "Resource of type 'AWS::DynamoDB::Table' with identifier '" + t.Name + "' already exists.",
		}
	}
	if err := s.fill(&t, r, p); err != nil {
		return resource.Result{}, err
	}
	err := s.add(&t)
	return s.result(t), err
}

// updateResource brings the table to what the properties say. Like CloudFormation
// it creates or deletes one index at a time at most.
func (s *Service) updateResource(_ context.Context, r resource.Request, p *tableProperties) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, err := s.find(&r.PhysicalID)
	if err != nil {
		return resource.Result{}, err
	}
	after := before
	if err := s.fill(&after, r, p); err != nil {
		return resource.Result{}, err
	}
	if indexChanges(before, after) > 1 {
		return resource.Result{}, &resource.Error{
			Code: "InvalidRequest", Message: "Cannot perform more than one GSI creation or deletion in a single update",
		}
	}
	err = s.replace(before, after)
	changed, _ := s.tables.Get(after.Name)
	return s.result(changed), err
}

func (s *Service) deleteResource(ctx context.Context, r resource.Request, _ *tableProperties) error {
	_, err := s.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &r.PhysicalID})
	return err
}

func (s *Service) result(t table) resource.Result {
	attributes := map[string]any{"Arn": s.arn(t.Name)}
	if t.streams() {
		attributes["StreamArn"] = s.streamARN(t)
	}
	return resource.Result{PhysicalID: t.Name, Attributes: attributes}
}

func indexChanges(before, after table) int {
	changes := 0
	count := func(one, other []types.GlobalSecondaryIndex) {
		for _, index := range one {
			found := false
			for _, match := range other {
				found = found || aws.ToString(index.IndexName) == aws.ToString(match.IndexName)
			}
			if !found {
				changes++
			}
		}
	}
	count(before.Indexes, after.Indexes)
	count(after.Indexes, before.Indexes)
	return changes
}
