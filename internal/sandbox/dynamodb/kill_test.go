package dynamodb_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb"
	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// open gives a client of the service on the journal, and how to close it.
func open(t *testing.T, path string) (*sdk.Client, func()) {
	t.Helper()
	store, err := state.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	h := oracle.Host()
	h.State = store
	return sdk.NewFromConfig(oracle.Config(dynamodb.New(h).Wire())), func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}
}

// The journal is cut at every byte of its end, as a crash in the middle of a write
// would: of the transactions, each is whole or absent.
func TestATransactionIsWholeOrAbsentAfterACrash(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	c, end := open(t, path)
	mustCreate(t, c, "main")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		_, err := c.TransactWriteItems(t.Context(), &sdk.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
			{Put: &types.Put{TableName: main, Item: at("a", fmt.Sprint(i))}}, {Put: &types.Put{TableName: main, Item: at("b", fmt.Sprint(i))}},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	end()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for cut := len(before); cut <= len(whole); cut += 3 {
		torn := filepath.Join(t.TempDir(), "journal")
		if err := os.WriteFile(torn, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		c, end := open(t, torn)
		there := 0
		for i := range 3 {
			a, b := read(t, c, at("a", fmt.Sprint(i))), read(t, c, at("b", fmt.Sprint(i)))
			if (a == nil) != (b == nil) {
				t.Errorf("cut at %d of %d: a half of transaction %d is there", cut, len(whole), i)
			}
			if a != nil {
				there++
			}
		}
		seen[there] = true
		end()
	}
	if len(seen) < 3 {
		t.Errorf("the cuts left only %v transactions", seen)
	}
}

func TestItemsAndTheirOrderSurviveARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	c, end := open(t, path)
	mustCreate(t, c, "main")
	for _, sk := range []string{"b", "a\x00", "é<>&", "a", "ä\"\\"} {
		put(t, c, with(at("p", sk), "GSI1PK", s("g"), "GSI1SK", s(sk), "text", s("\u2028<&>\x01")))
	}
	look := func() string {
		var all []map[string]types.AttributeValue
		for _, index := range []string{"", "GSI1"} {
			in := &sdk.QueryInput{TableName: main, ExpressionAttributeValues: value.Item{":p": s("p")}}
			condition := "PK = :p"
			if index != "" {
				in.IndexName, in.ExpressionAttributeValues[":p"], condition = &index, s("g"), "GSI1PK = :p"
			}
			in.KeyConditionExpression = &condition
			out, err := c.Query(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, out.Items...)
		}
		return fmt.Sprint(shown(all, true))
	}
	before := look()
	end()
	c, end = open(t, path)
	defer end()
	if after := look(); after != before {
		t.Errorf("after a restart %s, before it %s", after, before)
	}
}
