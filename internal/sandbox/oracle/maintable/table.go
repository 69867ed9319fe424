// Package maintable is Keyvex's single table for the tests of those who use it: in
// process or at another DynamoDB, and with a client whose user dies.
package maintable

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	sandbox "github.com/keyvex/keyvex/internal/sandbox/dynamodb"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

// Name is the table's name.
const Name = "main"

// New gives a client of a DynamoDB of its own, in this process, with the table.
func New(t testing.TB) *dynamodb.Client {
	t.Helper()
	client := dynamodb.NewFromConfig(oracle.Config(sandbox.New(oracle.Host()).Wire()))
	Create(t, client)
	return client
}

// Create makes the table as stacks/database.go does.
func Create(t testing.TB, client *dynamodb.Client) {
	t.Helper()
	name := Name
	in := &dynamodb.CreateTableInput{TableName: &name, BillingMode: types.BillingModePayPerRequest, KeySchema: keys("PK", "SK")}
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
