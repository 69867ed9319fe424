package store

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// contested cancels transactions as DynamoDB does when another one is on the item.
type contested struct {
	Client
	conflicts, calls int
}

func (c *contested) TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	if c.calls++; c.calls <= c.conflicts {
		return nil, &types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{{Code: new("None")}, {Code: new("TransactionConflict")}}}
	}
	return &dynamodb.TransactWriteItemsOutput{}, nil
}

func TestATransactionThatAnotherOneCancelledIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for conflicts, stored := range map[int]bool{0: true, 3: true, transactionTries: false} {
			client := &contested{conflicts: conflicts}
			start := time.Now()
			_, err := New(client, "main").AddInteractions(t.Context(), []Interaction{{ID: "i", ToolID: "t", Type: "view"}})
			if (err == nil) != stored || client.calls != min(conflicts+1, transactionTries) {
				t.Errorf("%d conflicts: %d calls, %v", conflicts, client.calls, err)
			}
			if waited := time.Since(start); waited > 2600*time.Millisecond {
				t.Errorf("%d conflicts: waited %v", conflicts, waited)
			}
		}
	})
}

func TestAWaitForAnotherTransactionEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := New(&contested{conflicts: 9}, "main").AddInteractions(ctx, []Interaction{{ID: "i", ToolID: "t", Type: "view"}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
