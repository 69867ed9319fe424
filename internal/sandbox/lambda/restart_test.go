package lambda_test

import (
	"path/filepath"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/keyvex/keyvex/internal/sandbox/lambda"
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
		service := lambda.New(h, around(t))
		t.Cleanup(func() { closed(t, service) })
		return sdk.NewFromConfig(oracle.Config(service.Wire()))
	}
	look := func(c *sdk.Client) any {
		versions, err := c.ListVersionsByFunction(t.Context(), &sdk.ListVersionsByFunctionInput{FunctionName: aws.String("f")})
		if err != nil {
			t.Fatal(err)
		}
		policy, err := c.GetPolicy(t.Context(), &sdk.GetPolicyInput{FunctionName: aws.String("f")})
		if err != nil {
			t.Fatal(err)
		}
		mappings, err := c.ListEventSourceMappings(t.Context(), &sdk.ListEventSourceMappingsInput{})
		if err != nil {
			t.Fatal(err)
		}
		return []any{versions.Versions, *policy.Policy, mappings.EventSourceMappings}
	}
	c := open()
	create(t, c, "f")
	if _, err := c.PublishVersion(t.Context(), &sdk.PublishVersionInput{FunctionName: aws.String("f")}); err != nil {
		t.Fatal(err)
	}
	_, err := c.AddPermission(t.Context(), &sdk.AddPermissionInput{
		FunctionName: aws.String("f"), StatementId: aws.String("s"), Action: aws.String("lambda:*"), Principal: aws.String("sns.amazonaws.com"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateEventSourceMapping(t.Context(), mapping(nil)); err != nil {
		t.Fatal(err)
	}
	before := look(c)
	if err := h.State.Close(); err != nil {
		t.Fatal(err)
	}
	if after := look(open()); !reflect.DeepEqual(after, before) {
		t.Errorf("after a restart: %+v, before it: %+v", after, before)
	}
}
