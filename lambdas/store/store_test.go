package store_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	sandbox "github.com/keyvex/keyvex/internal/sandbox/dynamodb"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/lambdas/store"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// eachDynamoDB runs a test against the sandbox's, and against moto, which is not
// ours.
func eachDynamoDB(t *testing.T, test func(t *testing.T, table *store.Table)) {
	t.Helper()
	t.Run("sandbox", func(t *testing.T) { test(t, local(t)) })
	t.Run("moto", func(t *testing.T) {
		client := dynamodb.NewFromConfig(oracle.Moto(t))
		create(t, client)
		test(t, store.New(client, "main"))
	})
}

// local is a table of the sandbox, in process.
func local(t *testing.T) *store.Table {
	t.Helper()
	return store.New(localClient(t), "main")
}

func localClient(t testing.TB) *dynamodb.Client {
	t.Helper()
	client := dynamodb.NewFromConfig(oracle.Config(sandbox.New(oracle.Host()).Wire()))
	create(t, client)
	return client
}

// create makes the table as stacks/database.go does.
func create(t testing.TB, client *dynamodb.Client) {
	t.Helper()
	in := &dynamodb.CreateTableInput{TableName: new("main"), BillingMode: types.BillingModePayPerRequest, KeySchema: keys("PK", "SK")}
	for _, name := range []string{"PK", "SK", "GSI1PK", "GSI1SK", "GSI2PK", "GSI2SK"} {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: &name, AttributeType: "S"})
	}
	for _, name := range []string{"GSI1", "GSI2"} {
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: &name, KeySchema: keys(name+"PK", name+"SK"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		})
	}
	if _, err := client.CreateTable(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

func keys(partition, sort string) []types.KeySchemaElement {
	return []types.KeySchemaElement{{AttributeName: &partition, KeyType: "HASH"}, {AttributeName: &sort, KeyType: "RANGE"}}
}
