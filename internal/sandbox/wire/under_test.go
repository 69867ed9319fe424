package wire_test

import (
	"context"
	"maps"
	"testing"

	management "github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

func TestAServiceAnswersBelowItsPath(t *testing.T) {
	var labels map[string]string
	s := &wire.Service{Name: "execute-api", Protocols: []wire.Protocol{wire.RESTJSON}, Under: "/_aws/execute-api/{ApiId}/{Stage}"}
	wire.Handle(s, func(ctx context.Context, in *management.PostToConnectionInput) (*management.PostToConnectionOutput, error) {
		labels = wire.CallOf(ctx).Labels
		if string(in.Data) != "\x00binary" {
			t.Errorf("the payload is %q", in.Data)
		}
		return &management.PostToConnectionOutput{}, nil
	})
	router := &wire.Router{Verifier: &wire.Verifier{Secret: func(string) (string, bool) { return "secret", true }}}
	router.Add(s)
	config := wire.SDKConfig(router, "us-east-1", credentials.NewStaticCredentialsProvider("AKIA", "secret", ""))
	client := management.NewFromConfig(config, func(o *management.Options) { o.BaseEndpoint = new(wire.LocalEndpoint + "/_aws/execute-api/api1/dev") })
	if _, err := client.PostToConnection(t.Context(), &management.PostToConnectionInput{ConnectionId: new("a/b="), Data: []byte("\x00binary")}); err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{"ApiId": "api1", "Stage": "dev", "ConnectionId": "a/b="}; !maps.Equal(labels, want) {
		t.Errorf("the labels are %v", labels)
	}
}
