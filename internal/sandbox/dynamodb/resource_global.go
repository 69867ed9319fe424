package dynamodb

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// globalTableProperties are those properties of AWS::DynamoDB::GlobalTable that a
// table on demand in one region has; provisioned capacity would need Application
// Auto Scaling.
type globalTableProperties struct {
	TableName                       string
	KeySchema                       []types.KeySchemaElement    `cfn:"required"`
	AttributeDefinitions            []types.AttributeDefinition `cfn:"required"`
	BillingMode                     string
	GlobalSecondaryIndexes          []globalIndexProperties
	LocalSecondaryIndexes           []types.LocalSecondaryIndex
	Replicas                        []replicaProperties `cfn:"required"`
	SSESpecification                *encryptionProperties
	StreamSpecification             *streamProperties
	TimeToLiveSpecification         *ttlProperties
	WarmThroughput                  *types.WarmThroughput
	WriteOnDemandThroughputSettings *writeLimit
}

type globalIndexProperties struct {
	IndexName      string                   `cfn:"required"`
	KeySchema      []types.KeySchemaElement `cfn:"required"`
	Projection     *types.Projection        `cfn:"required"`
	WarmThroughput *types.WarmThroughput
}

type writeLimit struct{ MaxWriteRequestUnits *int64 }

// replicaProperties are what a region's replica has for itself.
type replicaProperties struct {
	Region                           string `cfn:"required"`
	ContributorInsightsSpecification *insights
	DeletionProtectionEnabled        *bool
	PointInTimeRecoverySpecification *types.PointInTimeRecoverySpecification
	ResourcePolicy                   *policyProperties
	TableClass                       string
	Tags                             []resource.Tag
}

func (s *Service) globalTableType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::DynamoDB::GlobalTable", NameProperty: "TableName",
		CreateOnly: []string{"TableName", "KeySchema", "LocalSecondaryIndexes"},
		Attributes: []string{"Arn", "StreamArn", "TableId"},
		Times:      resource.Times{Create: 20 * time.Second, Update: 20 * time.Second, Delete: 10 * time.Second},
	}, resource.Steps[globalTableProperties]{
		Create: func(ctx context.Context, r resource.Request, p *globalTableProperties) (resource.Result, error) {
			return s.stepGlobal(ctx, r, p, s.createResource)
		},
		Update: func(ctx context.Context, r resource.Request, p *globalTableProperties) (resource.Result, error) {
			return s.stepGlobal(ctx, r, p, s.updateResource)
		},
		Delete: func(ctx context.Context, r resource.Request, _ *globalTableProperties) error {
			return s.deleteResource(ctx, r, nil)
		},
		Read: s.readGlobal,
	})
}

type tableStep func(context.Context, resource.Request, *tableProperties) (resource.Result, error)

// stepGlobal does to a global table what step does to a table.
func (s *Service) stepGlobal(ctx context.Context, r resource.Request, p *globalTableProperties, step tableStep) (resource.Result, error) {
	i := slices.IndexFunc(p.Replicas, func(replica replicaProperties) bool { return replica.Region == s.host.Region })
	if i < 0 || len(p.Replicas) != 1 {
		return resource.Result{}, &resource.Error{
			Code: "InvalidRequest", Message: "the only replica that can be made here is one in " + s.host.Region,
		}
	}
	result, err := step(ctx, r, p.table(p.Replicas[i]))
	if err == nil {
		t, _ := s.tables.Get(result.PhysicalID)
		result.Attributes["TableId"] = t.ID
	}
	return result, err
}

// table gives the properties of the equal table of one region.
func (p *globalTableProperties) table(replica replicaProperties) *tableProperties {
	t := &tableProperties{
		TableName: p.TableName, KeySchema: p.KeySchema, AttributeDefinitions: p.AttributeDefinitions, BillingMode: p.BillingMode,
		LocalSecondaryIndexes: p.LocalSecondaryIndexes, SSESpecification: p.SSESpecification,
		StreamSpecification: p.StreamSpecification, TimeToLiveSpecification: p.TimeToLiveSpecification, WarmThroughput: p.WarmThroughput,
		TableClass: replica.TableClass, DeletionProtectionEnabled: replica.DeletionProtectionEnabled,
		PointInTimeRecoverySpecification: replica.PointInTimeRecoverySpecification,
		ContributorInsightsSpecification: replica.ContributorInsightsSpecification,
		ResourcePolicy:                   replica.ResourcePolicy, Tags: replica.Tags,
	}
	if p.WriteOnDemandThroughputSettings != nil {
		t.OnDemandThroughput = &types.OnDemandThroughput{MaxWriteRequestUnits: p.WriteOnDemandThroughputSettings.MaxWriteRequestUnits}
	}
	for _, index := range p.GlobalSecondaryIndexes {
		t.GlobalSecondaryIndexes = append(t.GlobalSecondaryIndexes, indexProperties{
			IndexName: index.IndexName, KeySchema: index.KeySchema, Projection: index.Projection, WarmThroughput: index.WarmThroughput,
		})
	}
	return t
}

func (s *Service) readGlobal(ctx context.Context, physicalID string) (*globalTableProperties, bool) {
	t, ok := s.readResource(ctx, physicalID)
	if !ok {
		return nil, false
	}
	p := &globalTableProperties{
		TableName: t.TableName, KeySchema: t.KeySchema, AttributeDefinitions: t.AttributeDefinitions, BillingMode: t.BillingMode,
		LocalSecondaryIndexes: t.LocalSecondaryIndexes, SSESpecification: t.SSESpecification,
		StreamSpecification: t.StreamSpecification, TimeToLiveSpecification: t.TimeToLiveSpecification, WarmThroughput: t.WarmThroughput,
		Replicas: []replicaProperties{{
			Region: s.host.Region, ContributorInsightsSpecification: t.ContributorInsightsSpecification,
			DeletionProtectionEnabled: t.DeletionProtectionEnabled, PointInTimeRecoverySpecification: t.PointInTimeRecoverySpecification,
			ResourcePolicy: t.ResourcePolicy, TableClass: t.TableClass, Tags: t.Tags,
		}},
	}
	if t.OnDemandThroughput != nil {
		p.WriteOnDemandThroughputSettings = &writeLimit{MaxWriteRequestUnits: t.OnDemandThroughput.MaxWriteRequestUnits}
	}
	for _, index := range t.GlobalSecondaryIndexes {
		p.GlobalSecondaryIndexes = append(p.GlobalSecondaryIndexes, globalIndexProperties{
			IndexName: index.IndexName, KeySchema: index.KeySchema, Projection: index.Projection, WarmThroughput: index.WarmThroughput,
		})
	}
	return p, true
}
