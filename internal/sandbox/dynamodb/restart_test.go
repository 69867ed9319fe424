package dynamodb_test

import (
	"path/filepath"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

func TestRecordsSurviveARestart(t *testing.T) {
	h, path := oracle.Host(), filepath.Join(t.TempDir(), "journal")
	open := func() *sdk.Client {
		store, err := state.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		h.State = store
		return sdk.NewFromConfig(oracle.Config(dynamodb.New(h).Wire()))
	}
	look := func(c *sdk.Client) any {
		out, err := c.DescribeTable(t.Context(), &sdk.DescribeTableInput{TableName: aws.String("main")})
		if err != nil {
			t.Fatal(err)
		}
		return *out.Table
	}
	c := open()
	mustCreate(t, c, "main")
	before := look(c)
	if err := h.State.Close(); err != nil {
		t.Fatal(err)
	}
	if after := look(open()); !reflect.DeepEqual(after, before) {
		t.Errorf("after a restart: %+v, before it: %+v", after, before)
	}
}
