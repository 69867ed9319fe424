package dynamodb_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

func client(t *testing.T) (*sdk.Client, *dynamodb.Service) {
	t.Helper()
	service := dynamodb.New(oracle.Host())
	return sdk.NewFromConfig(oracle.Config(service.Wire())), service
}

func key(names ...string) []types.KeySchemaElement {
	out := []types.KeySchemaElement{{AttributeName: &names[0], KeyType: types.KeyTypeHash}}
	if len(names) > 1 {
		out = append(out, types.KeySchemaElement{AttributeName: &names[1], KeyType: types.KeyTypeRange})
	}
	return out
}

func text(names ...string) []types.AttributeDefinition {
	var out []types.AttributeDefinition
	for _, name := range names {
		out = append(out, types.AttributeDefinition{AttributeName: &name, AttributeType: types.ScalarAttributeTypeS})
	}
	return out
}

var everything = &types.Projection{ProjectionType: types.ProjectionTypeAll}

// table is the input for Keyvex's kind of table; change makes it another.
func table(name string, change func(*sdk.CreateTableInput)) *sdk.CreateTableInput {
	in := &sdk.CreateTableInput{
		TableName: &name, KeySchema: key("PK", "SK"), AttributeDefinitions: text("PK", "SK", "GSI1PK", "GSI1SK"),
		BillingMode: types.BillingModePayPerRequest,
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{
			{IndexName: aws.String("GSI1"), KeySchema: key("GSI1PK", "GSI1SK"), Projection: everything},
		},
	}
	if change != nil {
		change(in)
	}
	return in
}

func mustCreate(t *testing.T, c *sdk.Client, name string) {
	t.Helper()
	if _, err := c.CreateTable(t.Context(), table(name, nil)); err != nil {
		t.Fatal(err)
	}
}

func TestATableIsCreatingInTheAnswerAndActiveAfterIt(t *testing.T) {
	c, _ := client(t)
	made, err := c.CreateTable(t.Context(), table("main", nil))
	if err != nil || made.TableDescription.TableStatus != types.TableStatusCreating {
		t.Fatalf("%v, %v", made, err)
	}
	waiter := sdk.NewTableExistsWaiter(c)
	got, err := waiter.WaitForOutput(t.Context(), &sdk.DescribeTableInput{TableName: aws.String("main")}, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	d := got.Table
	if *d.TableArn != "arn:aws:dynamodb:us-east-1:123456789012:table/main" || d.BillingModeSummary.BillingMode != types.BillingModePayPerRequest ||
		*d.ProvisionedThroughput.ReadCapacityUnits != 0 || len(d.GlobalSecondaryIndexes) != 1 || aws.ToString(d.TableId) == "" {
		t.Errorf("described as %+v", d)
	}
	byARN, err := c.DescribeTable(t.Context(), &sdk.DescribeTableInput{TableName: d.TableArn})
	if err != nil || *byARN.Table.TableId != *d.TableId {
		t.Errorf("by its ARN: %v, %v", byARN, err)
	}
}

func TestTablesAgainstTheRulesAreRefused(t *testing.T) {
	c, _ := client(t)
	for name, change := range map[string]func(*sdk.CreateTableInput){
		"short name":     func(in *sdk.CreateTableInput) { in.TableName = aws.String("ab") },
		"undefined key":  func(in *sdk.CreateTableInput) { in.AttributeDefinitions = text("PK", "SK", "GSI1PK") },
		"unused":         func(in *sdk.CreateTableInput) { in.AttributeDefinitions = text("PK", "SK", "GSI1PK", "GSI1SK", "X") },
		"range first":    func(in *sdk.CreateTableInput) { in.KeySchema[0].KeyType = types.KeyTypeRange },
		"same key twice": func(in *sdk.CreateTableInput) { in.KeySchema = key("PK", "PK") },
		"throughput":     func(in *sdk.CreateTableInput) { in.ProvisionedThroughput = throughput(1) },
		"no throughput":  func(in *sdk.CreateTableInput) { in.BillingMode = types.BillingModeProvisioned },
		"index capacity": func(in *sdk.CreateTableInput) {
			in.BillingMode, in.ProvisionedThroughput = "PROVISIONED", throughput(1)
		},
		"index twice": func(in *sdk.CreateTableInput) {
			in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, in.GlobalSecondaryIndexes[0])
		},
		"no projection": func(in *sdk.CreateTableInput) { in.GlobalSecondaryIndexes[0].Projection = &types.Projection{} },
		"stream of what?": func(in *sdk.CreateTableInput) {
			in.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(true)}
		},
	} {
		if _, err := c.CreateTable(t.Context(), table("main", change)); oracle.Code(err) != "ValidationException" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func throughput(n int64) *types.ProvisionedThroughput {
	return &types.ProvisionedThroughput{ReadCapacityUnits: &n, WriteCapacityUnits: &n}
}

func TestAProtectedTableStays(t *testing.T) {
	c, _ := client(t)
	mustCreate(t, c, "main")
	update := func(protected bool) {
		if _, err := c.UpdateTable(t.Context(), &sdk.UpdateTableInput{TableName: aws.String("main"), DeletionProtectionEnabled: &protected}); err != nil {
			t.Fatal(err)
		}
	}
	in := &sdk.DeleteTableInput{TableName: aws.String("main")}
	update(true)
	if _, err := c.DeleteTable(t.Context(), in); oracle.Code(err) != "ValidationException" {
		t.Errorf("a protected table: %v", err)
	}
	update(false)
	if out, err := c.DeleteTable(t.Context(), in); err != nil || out.TableDescription.TableStatus != types.TableStatusDeleting {
		t.Errorf("%v, %v", out, err)
	}
	if _, err := c.DescribeTable(t.Context(), &sdk.DescribeTableInput{TableName: aws.String("main")}); oracle.Code(err) != "ResourceNotFoundException" {
		t.Errorf("after its deletion: %v", err)
	}
}

func TestIndexesChangeOneAtATimeAndTakeTheirAttributesAlong(t *testing.T) {
	synctest.Test(t, testIndexChanges) // the client waits before it tries again
}

func testIndexChanges(t *testing.T) {
	c, _ := client(t)
	mustCreate(t, c, "main")
	add := types.GlobalSecondaryIndexUpdate{Create: &types.CreateGlobalSecondaryIndexAction{
		IndexName: aws.String("GSI2"), KeySchema: key("GSI2PK"), Projection: everything,
	}}
	drop := types.GlobalSecondaryIndexUpdate{Delete: &types.DeleteGlobalSecondaryIndexAction{IndexName: aws.String("GSI1")}}
	update := func(changes ...types.GlobalSecondaryIndexUpdate) error {
		_, err := c.UpdateTable(t.Context(), &sdk.UpdateTableInput{
			TableName: aws.String("main"), AttributeDefinitions: text("GSI2PK"), GlobalSecondaryIndexUpdates: changes,
		})
		return err
	}
	if err := update(add, drop); oracle.Code(err) != "LimitExceededException" {
		t.Errorf("two at a time: %v", err)
	}
	for _, change := range []types.GlobalSecondaryIndexUpdate{add, drop} {
		if err := update(change); err != nil {
			t.Fatal(err)
		}
	}
	out, err := c.DescribeTable(t.Context(), &sdk.DescribeTableInput{TableName: aws.String("main")})
	if err != nil {
		t.Fatal(err)
	}
	var defined []string
	for _, d := range out.Table.AttributeDefinitions {
		defined = append(defined, *d.AttributeName)
	}
	if slices.Sort(defined); !slices.Equal(defined, []string{"GSI2PK", "PK", "SK"}) || len(out.Table.GlobalSecondaryIndexes) != 1 {
		t.Errorf("attributes %v, indexes %v", defined, out.Table.GlobalSecondaryIndexes)
	}
}

func TestPointInTimeRecoveryReachesBackToItsStartOrItsDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t)
		mustCreate(t, c, "main")
		start := time.Now()
		spec := &types.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: aws.Bool(true), RecoveryPeriodInDays: aws.Int32(2)}
		if _, err := c.UpdateContinuousBackups(t.Context(), &sdk.UpdateContinuousBackupsInput{TableName: aws.String("main"), PointInTimeRecoverySpecification: spec}); err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct{ age, earliest time.Duration }{{time.Hour, 0}, {72 * time.Hour, 24 * time.Hour}} {
			time.Sleep(time.Until(start.Add(tc.age)))
			out, err := c.DescribeContinuousBackups(t.Context(), &sdk.DescribeContinuousBackupsInput{TableName: aws.String("main")})
			if err != nil {
				t.Fatal(err)
			}
			d := out.ContinuousBackupsDescription.PointInTimeRecoveryDescription
			if !d.EarliestRestorableDateTime.Equal(start.Add(tc.earliest)) || !d.LatestRestorableDateTime.Equal(start.Add(tc.age-5*time.Minute)) {
				t.Errorf("after %v: from %v to %v", tc.age, d.EarliestRestorableDateTime, d.LatestRestorableDateTime)
			}
		}
	})
}
