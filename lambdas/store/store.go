// Package store is the single table as typed Go: users, tools, AI sessions and
// their messages, leads, interactions, metrics and alerts under the keys of the
// platform's schema, and with them the sockets' connections and the records that
// keep a redelivered message from working twice.
//
// docs/data-model.md lists every access pattern with its index, its key and its
// cost.
package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/keyvex/keyvex/internal/clock"
)

// Client is what the table needs of *dynamodb.Client.
type Client interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)
}

// What callers tell apart. Any other error is DynamoDB's own, and worth another try.
var (
	// ErrNotFound says that there is no such item.
	ErrNotFound = errors.New("no such item")
	// ErrSettled says that the job was answered or refused before.
	ErrSettled = errors.New("the job is settled already")
	// ErrForeignSession says that the session belongs to another user.
	ErrForeignSession = errors.New("the session belongs to another user")
	// ErrTooLarge says that what is to be stored exceeds DynamoDB's limits, and
	// always will.
	ErrTooLarge = errors.New("too large for the table")
	// ErrTooManyTopics says that the connection has MaxTopics already.
	ErrTooManyTopics = errors.New("the connection has too many topics")
)

// Table is the single table.
type Table struct {
	client Client
	name   string
	clock  clock.Clock
	// jitter draws a wait of at most its argument.
	jitter func(time.Duration) time.Duration
}

// New makes the typed table of that name.
func New(client Client, table string) *Table {
	return &Table{client: client, name: table, clock: clock.Wall{}, jitter: func(most time.Duration) time.Duration { return rand.N(most) + 1 }}
}
