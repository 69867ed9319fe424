package lambda_test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

// prepare gives moto the role and the queue that it looks for.
func prepare(t *testing.T, cfg aws.Config) {
	t.Helper()
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	_, err := iam.NewFromConfig(cfg).CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("r"), AssumeRolePolicyDocument: &trust})
	if err != nil {
		t.Fatal(err)
	}
	_, err = sqs.NewFromConfig(cfg).CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("q"), Attributes: map[string]string{"VisibilityTimeout": "60"}})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnswersAreMotosToo(t *testing.T) {
	cfg := oracle.Moto(t)
	prepare(t, cfg)
	theirs := sdk.NewFromConfig(cfg)
	ours, _ := client(t)
	ctx, f := t.Context(), aws.String("f")
	type step = oracle.Step[*sdk.Client]
	uploaded := &types.FunctionCode{ZipFile: pack(t, "one")}
	newFunction := step{Name: "create", Call: func(c *sdk.Client) (any, error) {
		out, err := c.CreateFunction(ctx, function("f", func(in *sdk.CreateFunctionInput) {
			in.Code, in.Timeout, in.Tags = uploaded, aws.Int32(30), map[string]string{"a": "1"}
			in.Environment = &types.Environment{Variables: map[string]string{"TABLE": "t"}}
		}))
		if err != nil {
			return nil, err
		}
		return []any{out.FunctionName, out.FunctionArn, out.CodeSha256, out.CodeSize, out.Timeout, out.Environment, out.Version}, nil
	}}
	get := func(name string) step {
		return step{Name: "get " + name, Call: func(c *sdk.Client) (any, error) {
			out, err := c.GetFunction(ctx, &sdk.GetFunctionInput{FunctionName: &name})
			if err != nil {
				return nil, err
			}
			d := out.Configuration
			return []any{d.FunctionArn, d.CodeSha256, d.Handler, d.Runtime, d.MemorySize, d.State, d.LastUpdateStatus, d.PackageType, d.Architectures, out.Tags}, nil
		}}
	}
	call := func(name string, f func(c *sdk.Client) error) step {
		return step{Name: name, Call: func(c *sdk.Client) (any, error) { return nil, f(c) }}
	}
	remove := call("delete", func(c *sdk.Client) error {
		_, err := c.DeleteFunction(ctx, &sdk.DeleteFunctionInput{FunctionName: f})
		return err
	})
	oracle.Compare(t, ours, theirs, []step{
		get("f"),
		newFunction,
		newFunction,
		get("f"),
		get("arn:aws:lambda:us-east-1:123456789012:function:f"),
		call("new code", func(c *sdk.Client) error {
			_, err := c.UpdateFunctionCode(ctx, &sdk.UpdateFunctionCodeInput{FunctionName: f, ZipFile: pack(t, "two")})
			return err
		}),
		get("f"),
		{Name: "publish", Call: func(c *sdk.Client) (any, error) {
			out, err := c.PublishVersion(ctx, &sdk.PublishVersionInput{FunctionName: f})
			if err != nil {
				return nil, err
			}
			return []any{out.Version, out.FunctionArn, out.CodeSha256}, nil
		}},
		{Name: "versions", Call: func(c *sdk.Client) (any, error) {
			out, err := c.ListVersionsByFunction(ctx, &sdk.ListVersionsByFunctionInput{FunctionName: f})
			if err != nil {
				return nil, err
			}
			return []any{len(out.Versions), out.Versions[0].Version, out.Versions[1].Version}, nil
		}},
		call("permission", func(c *sdk.Client) error {
			_, err := c.AddPermission(ctx, &sdk.AddPermissionInput{
				FunctionName: f, StatementId: aws.String("s"), Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("sns.amazonaws.com"),
				SourceArn: aws.String("arn:aws:sns:us-east-1:123456789012:t"), SourceAccount: aws.String("123456789012"),
			})
			return err
		}),
		{Name: "policy", Call: func(c *sdk.Client) (any, error) {
			out, err := c.GetPolicy(ctx, &sdk.GetPolicyInput{FunctionName: f})
			if err != nil {
				return nil, err
			}
			var document struct{ Statement []any }
			err = json.Unmarshal([]byte(*out.Policy), &document)
			return document, err
		}},
		call("missing statement", func(c *sdk.Client) error {
			_, err := c.RemovePermission(ctx, &sdk.RemovePermissionInput{FunctionName: f, StatementId: aws.String("x")})
			return err
		}),
		{Name: "concurrency", Call: func(c *sdk.Client) (any, error) {
			out, err := c.PutFunctionConcurrency(ctx, &sdk.PutFunctionConcurrencyInput{FunctionName: f, ReservedConcurrentExecutions: aws.Int32(5)})
			if err != nil {
				return nil, err
			}
			return out.ReservedConcurrentExecutions, nil
		}},
		{Name: "mapping", Call: func(c *sdk.Client) (any, error) {
			out, err := c.CreateEventSourceMapping(ctx, mapping(func(m *sdk.CreateEventSourceMappingInput) { m.BatchSize = aws.Int32(5) }))
			if err != nil {
				return nil, err
			}
			return []any{out.BatchSize, out.EventSourceArn, out.FunctionArn}, nil
		}},
		{Name: "mappings", Call: func(c *sdk.Client) (any, error) {
			out, err := c.ListEventSourceMappings(ctx, &sdk.ListEventSourceMappingsInput{FunctionName: f})
			if err != nil {
				return nil, err
			}
			return []any{len(out.EventSourceMappings), out.EventSourceMappings[0].State}, nil
		}},
		{Name: "tags", Call: func(c *sdk.Client) (any, error) {
			out, err := c.ListTags(ctx, &sdk.ListTagsInput{Resource: aws.String("arn:aws:lambda:us-east-1:123456789012:function:f")})
			if err != nil {
				return nil, err
			}
			return out.Tags, nil
		}},
		{Name: "list", Call: func(c *sdk.Client) (any, error) {
			out, err := c.ListFunctions(ctx, &sdk.ListFunctionsInput{})
			if err != nil {
				return nil, err
			}
			return []any{len(out.Functions), out.Functions[0].FunctionName, out.Functions[0].Version}, nil
		}},
		remove,
		remove,
		get("f"),
	})
}
