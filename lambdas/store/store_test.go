package store_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/oracle/maintable"
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
		maintable.Create(t, client)
		test(t, store.New(client, maintable.Name))
	})
}

// local is a table of the sandbox, in process.
func local(t *testing.T) *store.Table {
	t.Helper()
	return store.New(maintable.New(t), maintable.Name)
}
