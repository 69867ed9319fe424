package lambda_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/sandbox/lambda"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

const role = "arn:aws:iam::123456789012:role/r"

// siblings are the services around: objects by "bucket/key", visibility timeouts by
// the queue's ARN, VPCs by subnet.
type siblings struct {
	objects map[string][]byte
	queues  map[string]time.Duration
	subnets map[string]string
}

func (s siblings) Object(_ context.Context, bucket, key, _ string) ([]byte, error) {
	raw, ok := s.objects[bucket+"/"+key]
	if !ok {
		return nil, &wire.Error{Code: "NoSuchKey", Message: "The specified key does not exist.", Status: 404}
	}
	return raw, nil
}

func (s siblings) VisibilityTimeout(arn string) (time.Duration, bool) {
	d, ok := s.queues[arn]
	return d, ok
}

func (s siblings) QueueURL(arn string) (string, bool) {
	_, ok := s.queues[arn]
	return "http://queue/" + arn, ok
}

// ReceiveMessage finds nothing, for as long as anybody waits.
func (s siblings) ReceiveMessage(ctx context.Context, _ *sqs.ReceiveMessageInput) (*sqs.ReceiveMessageOutput, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (s siblings) DeleteMessageBatch(context.Context, *sqs.DeleteMessageBatchInput) (*sqs.DeleteMessageBatchOutput, error) {
	return &sqs.DeleteMessageBatchOutput{}, nil
}

func (s siblings) ChangeMessageVisibility(context.Context, *sqs.ChangeMessageVisibilityInput) (*sqs.ChangeMessageVisibilityOutput, error) {
	return &sqs.ChangeMessageVisibilityOutput{}, nil
}

func (s siblings) Subnet(id string) (vpcID, zone string, ok bool) {
	vpc, ok := s.subnets[id]
	return vpc, "us-east-1a", ok
}

// pack makes a deployment package; other content gives another hash.
func pack(t testing.TB, content string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	f, err := w.Create("bootstrap")
	if err == nil {
		_, err = f.Write([]byte(content))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func hash(raw []byte) string {
	sum := sha256.Sum256(raw)
	return base64.StdEncoding.EncodeToString(sum[:])
}

const queueARN = "arn:aws:sqs:us-east-1:123456789012:q"

func around(t *testing.T) lambda.Siblings {
	t.Helper()
	s := siblings{
		objects: map[string][]byte{"assets/one.zip": pack(t, "one"), "assets/two.zip": pack(t, "two"), "assets/text": []byte("no package")},
		queues:  map[string]time.Duration{queueARN: time.Minute},
		subnets: map[string]string{"subnet-1": "vpc-1"},
	}
	return lambda.Siblings{Objects: s, Queues: s, Subnets: s}
}

func closed(t *testing.T, service *lambda.Service) {
	t.Helper()
	if err := service.Close(); err != nil {
		t.Error(err)
	}
}

func client(t *testing.T) (*sdk.Client, *lambda.Service) {
	t.Helper()
	service := lambda.New(oracle.Host(), around(t))
	t.Cleanup(func() { closed(t, service) })
	return sdk.NewFromConfig(oracle.Config(service.Wire())), service
}

// function is the input for a function like Keyvex's; change makes it another.
func function(name string, change func(*sdk.CreateFunctionInput)) *sdk.CreateFunctionInput {
	in := &sdk.CreateFunctionInput{
		FunctionName: &name, Role: aws.String(role), Runtime: types.RuntimeProvidedal2023, Handler: aws.String("bootstrap"),
		Code: &types.FunctionCode{S3Bucket: aws.String("assets"), S3Key: aws.String("one.zip")},
	}
	if change != nil {
		change(in)
	}
	return in
}

func create(t *testing.T, c *sdk.Client, name string) *sdk.CreateFunctionOutput {
	t.Helper()
	out, err := c.CreateFunction(t.Context(), function(name, nil))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAFunctionIsPendingInTheAnswerAndActiveAfterIt(t *testing.T) {
	c, _ := client(t)
	made := create(t, c, "f")
	if made.State != types.StatePending || *made.CodeSha256 != hash(pack(t, "one")) {
		t.Errorf("made %+v", made)
	}
	for _, name := range []string{"f", "f:$LATEST", "123456789012:function:f", *made.FunctionArn} {
		out, err := c.GetFunction(t.Context(), &sdk.GetFunctionInput{FunctionName: &name})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		f := out.Configuration
		if f.State != types.StateActive || f.LastUpdateStatus != types.LastUpdateStatusSuccessful || *f.Timeout != 3 || *f.MemorySize != 128 ||
			f.Architectures[0] != types.ArchitectureX8664 || *f.LoggingConfig.LogGroup != "/aws/lambda/f" || f.CodeSize != made.CodeSize {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// ListFunctions in the API reference names the members that only GetFunction gives.
func TestAListOfFunctionsDoesNotTellTheirStates(t *testing.T) {
	c, _ := client(t)
	if _, err := c.CreateFunction(t.Context(), function("f", nil)); err != nil {
		t.Fatal(err)
	}
	out, err := c.ListFunctions(t.Context(), &sdk.ListFunctionsInput{})
	if err != nil || len(out.Functions) != 1 {
		t.Fatal(out, err)
	}
	if f := out.Functions[0]; *f.FunctionName != "f" || f.State != "" || f.LastUpdateStatus != "" || f.StateReason != nil || f.RuntimeVersionConfig != nil {
		t.Errorf("listed as %+v", f)
	}
	got, err := c.GetFunctionConfiguration(t.Context(), &sdk.GetFunctionConfigurationInput{FunctionName: aws.String("f")})
	if err != nil || got.State != types.StateActive || got.LastUpdateStatus != types.LastUpdateStatusSuccessful {
		t.Errorf("described as %+v %v", got, err)
	}
}

func TestFunctionsThatCannotBeMade(t *testing.T) {
	c, _ := client(t)
	create(t, c, "taken")
	for name, tc := range map[string]struct {
		change func(*sdk.CreateFunctionInput)
		code   string
	}{
		"taken":           {func(in *sdk.CreateFunctionInput) { in.FunctionName = aws.String("taken") }, "ResourceConflictException"},
		"bad name":        {func(in *sdk.CreateFunctionInput) { in.FunctionName = aws.String("a.b") }, "ValidationException"},
		"missing object":  {func(in *sdk.CreateFunctionInput) { in.Code.S3Key = aws.String("three.zip") }, "InvalidParameterValueException"},
		"not a zip":       {func(in *sdk.CreateFunctionInput) { in.Code.S3Key = aws.String("text") }, "InvalidParameterValueException"},
		"no role":         {func(in *sdk.CreateFunctionInput) { in.Role = aws.String("r") }, "ValidationException"},
		"timeout":         {func(in *sdk.CreateFunctionInput) { in.Timeout = aws.Int32(901) }, "ValidationException"},
		"memory":          {func(in *sdk.CreateFunctionInput) { in.MemorySize = aws.Int32(127) }, "ValidationException"},
		"runtime":         {func(in *sdk.CreateFunctionInput) { in.Runtime = "cobol" }, "InvalidParameterValueException"},
		"reserved key":    {environment("AWS_REGION", "x"), "InvalidParameterValueException"},
		"big environment": {environment("A", string(make([]byte, 4096))), "InvalidParameterValueException"},
		"missing subnet":  {inVPC("subnet-2"), "InvalidParameterValueException"},
	} {
		if _, err := c.CreateFunction(t.Context(), function("f", tc.change)); oracle.Code(err) != tc.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func environment(key, value string) func(*sdk.CreateFunctionInput) {
	return func(in *sdk.CreateFunctionInput) {
		in.Environment = &types.Environment{Variables: map[string]string{key: value}}
	}
}

func inVPC(subnet string) func(*sdk.CreateFunctionInput) {
	return func(in *sdk.CreateFunctionInput) {
		in.VpcConfig = &types.VpcConfig{SubnetIds: []string{subnet}, SecurityGroupIds: []string{"sg-1"}}
	}
}

func TestAFunctionInAVPCUsesIt(t *testing.T) {
	c, service := client(t)
	out, err := c.CreateFunction(t.Context(), function("f", inVPC("subnet-1")))
	if err != nil || *out.VpcConfig.VpcId != "vpc-1" {
		t.Errorf("%+v, %v", out, err)
	}
	for id, want := range map[string]bool{"subnet-1": true, "sg-1": true, "sg-2": false} {
		if service.Uses(id) != want {
			t.Errorf("uses %s: %v", id, !want)
		}
	}
}

func TestNewCodeHasItsOwnHashAndRevision(t *testing.T) {
	c, _ := client(t)
	made := create(t, c, "f")
	update := func(revision *string, dry bool) (*sdk.UpdateFunctionCodeOutput, error) {
		return c.UpdateFunctionCode(t.Context(), &sdk.UpdateFunctionCodeInput{
			FunctionName: aws.String("f"), ZipFile: pack(t, "two"), RevisionId: revision, DryRun: dry,
		})
	}
	stored := func() string {
		out, err := c.GetFunctionConfiguration(t.Context(), &sdk.GetFunctionConfigurationInput{FunctionName: aws.String("f")})
		if err != nil {
			t.Fatal(err)
		}
		return *out.CodeSha256
	}
	if out, err := update(nil, true); err != nil || *out.CodeSha256 != hash(pack(t, "two")) || stored() != hash(pack(t, "one")) {
		t.Errorf("a dry run: %+v, %v", out, err)
	}
	if out, err := update(made.RevisionId, false); err != nil || stored() != hash(pack(t, "two")) || *out.RevisionId == *made.RevisionId {
		t.Errorf("%+v, %v", out, err)
	}
	if _, err := update(made.RevisionId, false); oracle.Code(err) != "PreconditionFailedException" {
		t.Errorf("an outdated revision: %v", err)
	}
}

func TestVersionsAreNumberedAndOnlyForChanges(t *testing.T) {
	c, _ := client(t)
	create(t, c, "f")
	publish := func() string {
		out, err := c.PublishVersion(t.Context(), &sdk.PublishVersionInput{FunctionName: aws.String("f")})
		if err != nil {
			t.Fatal(err)
		}
		return *out.Version
	}
	update := func(timeout int32) {
		_, err := c.UpdateFunctionConfiguration(t.Context(), &sdk.UpdateFunctionConfigurationInput{FunctionName: aws.String("f"), Timeout: &timeout})
		if err != nil {
			t.Fatal(err)
		}
	}
	got := []string{publish(), publish()}
	update(30)
	got = append(got, publish())
	if !reflect.DeepEqual(got, []string{"1", "1", "2"}) {
		t.Errorf("published %v", got)
	}
	old, err := c.GetFunctionConfiguration(t.Context(), &sdk.GetFunctionConfigurationInput{FunctionName: aws.String("f"), Qualifier: aws.String("1")})
	if err != nil || *old.Timeout != 3 || *old.FunctionArn != "arn:aws:lambda:us-east-1:123456789012:function:f:1" {
		t.Errorf("version 1: %+v, %v", old, err)
	}
	list, err := c.ListVersionsByFunction(t.Context(), &sdk.ListVersionsByFunctionInput{FunctionName: aws.String("f"), MaxItems: aws.Int32(2)})
	if err != nil || len(list.Versions) != 2 || *list.Versions[0].Version != "$LATEST" || list.NextMarker == nil {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestPermissionsMakeThePolicy(t *testing.T) {
	c, _ := client(t)
	create(t, c, "f")
	add := func(id string) error {
		_, err := c.AddPermission(t.Context(), &sdk.AddPermissionInput{
			FunctionName: aws.String("f"), StatementId: &id, Action: aws.String("lambda:InvokeFunction"),
			Principal: aws.String("apigateway.amazonaws.com"), SourceArn: aws.String("arn:aws:execute-api:us-east-1:123456789012:a/*/$connect"),
		})
		return err
	}
	if err := add("api"); err != nil {
		t.Fatal(err)
	}
	if err := add("api"); oracle.Code(err) != "ResourceConflictException" {
		t.Errorf("the same id again: %v", err)
	}
	out, err := c.GetPolicy(t.Context(), &sdk.GetPolicyInput{FunctionName: aws.String("f")})
	if err != nil {
		t.Fatal(err)
	}
	var got, want any
	text := `{"Version":"2012-10-17","Id":"default","Statement":[{"Sid":"api","Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},
		"Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f",
		"Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:execute-api:us-east-1:123456789012:a/*/$connect"}}}]}`
	if json.Unmarshal([]byte(*out.Policy), &got) != nil || json.Unmarshal([]byte(text), &want) != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("policy %s", *out.Policy)
	}
	if _, err := c.RemovePermission(t.Context(), &sdk.RemovePermissionInput{FunctionName: aws.String("f"), StatementId: aws.String("api")}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.GetPolicy(t.Context(), &sdk.GetPolicyInput{FunctionName: aws.String("f")}); oracle.Code(err) != "ResourceNotFoundException" {
		t.Errorf("without a statement: %v", err)
	}
}

func TestReservedConcurrencyLeavesEnoughForTheOthers(t *testing.T) {
	c, _ := client(t)
	create(t, c, "f")
	create(t, c, "g")
	for _, tc := range []struct {
		name string
		n    int32
		code string
	}{{"f", 800, ""}, {"g", 101, "InvalidParameterValueException"}, {"g", 100, ""}, {"f", 801, "InvalidParameterValueException"}, {"f", 0, ""}} {
		_, err := c.PutFunctionConcurrency(t.Context(), &sdk.PutFunctionConcurrencyInput{FunctionName: &tc.name, ReservedConcurrentExecutions: &tc.n})
		if oracle.Code(err) != tc.code {
			t.Errorf("%d for %s: %v", tc.n, tc.name, err)
		}
	}
	out, err := c.GetAccountSettings(t.Context(), &sdk.GetAccountSettingsInput{})
	if err != nil || *out.AccountLimit.UnreservedConcurrentExecutions != 900 || out.AccountUsage.FunctionCount != 2 {
		t.Errorf("%+v, %v", out, err)
	}
}
