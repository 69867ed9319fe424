package lambda_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

const (
	functionType = "AWS::Lambda::Function"
	mappingType  = "AWS::Lambda::EventSourceMapping"

	properties = `{"FunctionName": "f", "Role": "` + role + `", "Runtime": "provided.al2023", "Handler": "bootstrap", "Architectures": ["arm64"],
		"Code": {"S3Bucket": "assets", "S3Key": "one.zip"}, "Timeout": 30, "MemorySize": 256, "Description": "d",
		"Environment": {"Variables": {"TABLE": "t"}}, "TracingConfig": {"Mode": "PassThrough"}, "ReservedConcurrentExecutions": 5,
		"LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/f"},
		"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}, "Tags": [{"Key": "a", "Value": "1"}]}`
)

func TestAFunctionLivesThroughItsStack(t *testing.T) {
	c, service := client(t)
	stack := oracle.NewStack(t, service.Resources())
	made := stack.Create(functionType, "F", properties)
	if made.PhysicalID != "f" || made.Attributes["Arn"] != "arn:aws:lambda:us-east-1:123456789012:function:f" {
		t.Errorf("made %+v", made)
	}
	after := `{"FunctionName": "f", "Role": "` + role + `", "Runtime": "provided.al2023", "Handler": "bootstrap", "Architectures": ["arm64"],
		"Code": {"S3Bucket": "assets", "S3Key": "two.zip"}}`
	stack.Update(functionType, "F", "f", properties, after)
	out, err := c.GetFunction(t.Context(), &sdk.GetFunctionInput{FunctionName: aws.String("f")})
	if err != nil {
		t.Fatal(err)
	}
	f := out.Configuration
	if *f.CodeSha256 != hash(pack(t, "two")) || *f.Timeout != 3 || f.Environment != nil || f.VpcConfig != nil || out.Concurrency != nil || *f.Description != "" {
		t.Errorf("what the properties no longer say is still there: %+v", f)
	}
	if want := "/assets/two.zip"; !strings.HasSuffix(aws.ToString(out.Code.Location), want) {
		t.Errorf("code at %v", out.Code.Location)
	}
	stack.Delete(functionType, "F", "f", after)
}

func TestAMissingPackageFailsTheStackInLambdasWords(t *testing.T) {
	_, service := client(t)
	stack := oracle.NewStack(t, service.Resources())
	_, err := stack.Try(functionType, "F", strings.Replace(properties, "one.zip", "none.zip", 1))
	want := "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist."
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestInlineSourceIsPackedTheSameEachTime(t *testing.T) {
	c, service := client(t)
	stack := oracle.NewStack(t, service.Resources())
	var hashes []string
	for _, logical := range []string{"One", "Two"} {
		made := stack.Create(functionType, logical, `{"Role": "`+role+`", "Runtime": "python3.13", "Handler": "index.h", "Code": {"ZipFile": "def h(e, c): pass"}}`)
		out, err := c.GetFunctionConfiguration(t.Context(), &sdk.GetFunctionConfigurationInput{FunctionName: &made.PhysicalID})
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, *out.CodeSha256)
	}
	if hashes[0] != hashes[1] {
		t.Errorf("hashes %v", hashes)
	}
	if _, err := stack.Try(functionType, "Three", `{"Role": "`+role+`", "Runtime": "provided.al2023", "Handler": "b", "Code": {"ZipFile": "x"}}`); err == nil {
		t.Error("source for a runtime without a language was packed")
	}
}

func TestAMappingLivesThroughItsStack(t *testing.T) {
	_, service := client(t)
	stack := oracle.NewStack(t, service.Resources())
	made := stack.Create(functionType, "F", properties)
	for _, name := range []string{made.PhysicalID, made.Attributes["Arn"].(string)} { // Read names it as the stack does
		base := `{"FunctionName": "` + name + `", "EventSourceArn": "` + queueARN + `"`
		m := stack.Create(mappingType, "M", base+`}`)
		stack.Delete(mappingType, "M", m.PhysicalID, base+`}`)
	}
	base := `{"FunctionName": "` + made.PhysicalID + `", "EventSourceArn": "` + queueARN + `"`
	before := base + `, "BatchSize": 1, "FunctionResponseTypes": ["ReportBatchItemFailures"], "ScalingConfig": {"MaximumConcurrency": 5}}`
	m := stack.Create(mappingType, "M", before)
	stack.Update(mappingType, "M", m.PhysicalID, before, base+`, "Enabled": false, "BatchSize": 5, "MaximumBatchingWindowInSeconds": 5}`)
	live, _, err := stack.Type(mappingType).Read(t.Context(), m.PhysicalID)
	if err != nil || live["ScalingConfig"] != nil {
		t.Errorf("what the properties no longer say is still there: %v, %v", live, err)
	}
	stack.Delete(mappingType, "M", m.PhysicalID, before)
}

func TestWhatBelongsToAFunctionLivesThroughItsStack(t *testing.T) {
	_, service := client(t)
	stack := oracle.NewStack(t, service.Resources())
	arn := stack.Create(functionType, "F", properties).Attributes["Arn"].(string)
	for typ, text := range map[string]string{
		"AWS::Lambda::Permission": `{"FunctionName": "` + arn + `", "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com",
			"SourceArn": "arn:aws:execute-api:us-east-1:123456789012:a/*", "SourceAccount": "123456789012"}`,
		"AWS::Lambda::EventInvokeConfig": `{"FunctionName": "f", "Qualifier": "$LATEST", "MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}`,
		"AWS::Lambda::Version":           `{"FunctionName": "f", "Description": "first"}`,
	} {
		made := stack.Create(typ, "X", text)
		stack.Delete(typ, "X", made.PhysicalID, text)
	}
	if _, ok, err := stack.Type(functionType).Read(t.Context(), "f"); !ok || err != nil {
		t.Errorf("the function went with what belongs to it: %v", err)
	}
}
