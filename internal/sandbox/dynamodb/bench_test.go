package dynamodb_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb"
	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

// small is an item such as Keyvex's: keys of two indexes and a few attributes.
func small(i int) value.Item {
	return value.Item{
		"PK": s(fmt.Sprint("SESSION#", i/20)), "SK": s(fmt.Sprintf("MESSAGE#2026-11-22T00:00:00Z#%08d", i)),
		"GSI1PK": s(fmt.Sprint("USER#", i%1000)), "GSI1SK": s(fmt.Sprintf("%08d", i)), "role": s("user"), "tokens": n(i), "text": s("a short message of a user"),
	}
}

func filled(b *testing.B, items int) (*sdk.Client, *dynamodb.Service) {
	b.Helper()
	service := dynamodb.New(oracle.Host())
	if _, err := service.CreateTable(b.Context(), table("main", nil)); err != nil {
		b.Fatal(err)
	}
	for i := range items {
		if _, err := service.PutItem(b.Context(), &sdk.PutItemInput{TableName: main, Item: small(i)}); err != nil {
			b.Fatal(err)
		}
	}
	return sdk.NewFromConfig(oracle.Config(service.Wire())), service
}

type itemCalls interface {
	get(context.Context, *sdk.GetItemInput) error
	put(context.Context, *sdk.PutItemInput) error
}

type overWire struct{ c *sdk.Client }

func (w overWire) get(ctx context.Context, in *sdk.GetItemInput) error {
	_, err := w.c.GetItem(ctx, in)
	return err
}

func (w overWire) put(ctx context.Context, in *sdk.PutItemInput) error {
	_, err := w.c.PutItem(ctx, in)
	return err
}

type direct struct{ s *dynamodb.Service }

func (d direct) get(ctx context.Context, in *sdk.GetItemInput) error {
	_, err := d.s.GetItem(ctx, in)
	return err
}

func (d direct) put(ctx context.Context, in *sdk.PutItemInput) error {
	_, err := d.s.PutItem(ctx, in)
	return err
}

func BenchmarkOneItem(b *testing.B) {
	const items = 10000
	c, service := filled(b, items)
	for name, calls := range map[string]itemCalls{"wire": overWire{c}, "direct": direct{service}} {
		b.Run("get/"+name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				item := small(i % items)
				if err := calls.get(b.Context(), &sdk.GetItemInput{TableName: main, Key: value.Item{"PK": item["PK"], "SK": item["SK"]}}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("put/"+name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if err := calls.put(b.Context(), &sdk.PutItemInput{TableName: main, Item: small(i % items)}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMemoryOfAMillion(b *testing.B) {
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		_, service := filled(b, 1000000)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "bytes/item")
		runtime.KeepAlive(service)
	}
}
