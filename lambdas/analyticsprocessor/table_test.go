package analyticsprocessor_test

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
		TableName: new("main"), BillingMode: types.BillingModePayPerRequest,
		KeySchema: []types.KeySchemaElement{{AttributeName: new("PK"), KeyType: "HASH"}, {AttributeName: new("SK"), KeyType: "RANGE"}},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: new("PK"), AttributeType: "S"}, {AttributeName: new("SK"), AttributeType: "S"},
		},
	}
	if _, err := client.CreateTable(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	return client
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
