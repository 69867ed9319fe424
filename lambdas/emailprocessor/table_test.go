package emailprocessor_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	sandbox "github.com/keyvex/keyvex/internal/sandbox/dynamodb"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/lambdas/store"
)

func newClient(t testing.TB) *dynamodb.Client {
	t.Helper()
	client := dynamodb.NewFromConfig(oracle.Config(sandbox.New(oracle.Host()).Wire()))
	in := &dynamodb.CreateTableInput{
		TableName: new("main"), BillingMode: types.BillingModePayPerRequest, KeySchema: schema("PK", "SK"),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: new("GSI2"), KeySchema: schema("GSI2PK", "GSI2SK"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		}},
	}
	for _, name := range []string{"PK", "SK", "GSI2PK", "GSI2SK"} {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: &name, AttributeType: "S"})
	}
	if _, err := client.CreateTable(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	return client
}

func schema(partition, sort string) []types.KeySchemaElement {
	return []types.KeySchemaElement{{AttributeName: &partition, KeyType: "HASH"}, {AttributeName: &sort, KeyType: "RANGE"}}
}

func newTable(t testing.TB) *store.Table { return store.New(newClient(t), "main") }

var errDied = errors.New("the invocation died")

// mortal is a client whose user dies around its calls: a death before a call, or
// after its effect and before its answer. Whoever is dead makes no more calls.
type mortal struct {
	store.Client
	// dies is asked twice for each call.
	dies func() bool
	dead bool
}

func (m *mortal) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return around(m, func() (*dynamodb.TransactWriteItemsOutput, error) { return m.Client.TransactWriteItems(ctx, in, o...) })
}

func (m *mortal) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return around(m, func() (*dynamodb.PutItemOutput, error) { return m.Client.PutItem(ctx, in, o...) })
}

func (m *mortal) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return around(m, func() (*dynamodb.UpdateItemOutput, error) { return m.Client.UpdateItem(ctx, in, o...) })
}

func (m *mortal) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return around(m, func() (*dynamodb.QueryOutput, error) { return m.Client.Query(ctx, in, o...) })
}

func (m *mortal) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return around(m, func() (*dynamodb.GetItemOutput, error) { return m.Client.GetItem(ctx, in, o...) })
}

func around[T any](m *mortal, call func() (*T, error)) (*T, error) {
	if m.dead = m.dead || m.dies(); m.dead {
		return nil, errDied
	}
	out, err := call()
	if m.dead = m.dies(); m.dead {
		return nil, errDied
	}
	return out, err
}
