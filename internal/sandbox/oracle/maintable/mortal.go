package maintable

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// ErrDied is what a call of a dead user gives.
var ErrDied = errors.New("the invocation died")

// Mortal is a client whose user dies around its calls: before one, or after its effect
// and before its answer. Whoever is dead makes no more calls.
type Mortal struct {
	*dynamodb.Client
	// Dies is asked twice for each call.
	Dies func() bool
	Dead bool
}

// GetItem is the client's, and may kill.
func (m *Mortal) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return around(m, func() (*dynamodb.GetItemOutput, error) { return m.Client.GetItem(ctx, in, o...) })
}

// Query is the client's, and may kill.
func (m *Mortal) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return around(m, func() (*dynamodb.QueryOutput, error) { return m.Client.Query(ctx, in, o...) })
}

// PutItem is the client's, and may kill.
func (m *Mortal) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return around(m, func() (*dynamodb.PutItemOutput, error) { return m.Client.PutItem(ctx, in, o...) })
}

// UpdateItem is the client's, and may kill.
func (m *Mortal) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return around(m, func() (*dynamodb.UpdateItemOutput, error) { return m.Client.UpdateItem(ctx, in, o...) })
}

// TransactWriteItems is the client's, and may kill.
func (m *Mortal) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return around(m, func() (*dynamodb.TransactWriteItemsOutput, error) { return m.Client.TransactWriteItems(ctx, in, o...) })
}

func around[T any](m *Mortal, call func() (*T, error)) (*T, error) {
	if m.Dead = m.Dead || m.Dies(); m.Dead {
		return nil, ErrDied
	}
	out, err := call()
	if m.Dead = m.Dies(); m.Dead {
		return nil, ErrDied
	}
	return out, err
}
