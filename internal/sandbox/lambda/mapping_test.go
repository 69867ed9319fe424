package lambda_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

func mapping(change func(*sdk.CreateEventSourceMappingInput)) *sdk.CreateEventSourceMappingInput {
	in := &sdk.CreateEventSourceMappingInput{FunctionName: aws.String("f"), EventSourceArn: aws.String(queueARN)}
	if change != nil {
		change(in)
	}
	return in
}

func TestMappingsThatCannotBeMade(t *testing.T) {
	c, _ := client(t)
	create(t, c, "f")
	if _, err := c.CreateFunction(t.Context(), function("slow", func(in *sdk.CreateFunctionInput) { in.Timeout = aws.Int32(61) })); err != nil {
		t.Fatal(err)
	}
	type in = sdk.CreateEventSourceMappingInput
	for name, tc := range map[string]struct {
		change func(*in)
		fault  string
	}{
		"missing queue":    {func(m *in) { m.EventSourceArn = aws.String(queueARN + "2") }, "SQS Error Code: AWS.SimpleQueueService.NonExistentQueue"},
		"missing function": {func(m *in) { m.FunctionName = aws.String("g") }, "Function not found: arn:aws:lambda:us-east-1:123456789012:function:g"},
		"slow function":    {func(m *in) { m.FunctionName = aws.String("slow") }, "Queue visibility timeout: 60 seconds is less than Function timeout: 61 seconds"},
		"big batch":        {func(m *in) { m.BatchSize = aws.Int32(11) }, "Maximum batch window in seconds must be greater than 0"},
		"one poller":       {func(m *in) { m.ScalingConfig = &types.ScalingConfig{MaximumConcurrency: aws.Int32(1)} }, "between 2 and 1000"},
		"a stream":         {func(m *in) { m.EventSourceArn = aws.String("arn:aws:kinesis:us-east-1:123456789012:stream/s") }, "Unrecognized event source"},
	} {
		if _, err := c.CreateEventSourceMapping(t.Context(), mapping(tc.change)); err == nil || !strings.Contains(err.Error(), tc.fault) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAMappingIsTheOnlyOneOfItsQueueAndFunction(t *testing.T) {
	c, _ := client(t)
	create(t, c, "f")
	made, err := c.CreateEventSourceMapping(t.Context(), mapping(func(m *sdk.CreateEventSourceMappingInput) { m.Enabled = aws.Bool(false) }))
	if err != nil || *made.State != "Creating" || *made.BatchSize != 10 {
		t.Fatalf("%+v, %v", made, err)
	}
	if _, err := c.CreateEventSourceMapping(t.Context(), mapping(nil)); oracle.Code(err) != "ResourceConflictException" {
		t.Errorf("a second one: %v", err)
	}
	state := func() string {
		out, err := c.ListEventSourceMappings(t.Context(), &sdk.ListEventSourceMappingsInput{FunctionName: aws.String("f"), EventSourceArn: aws.String(queueARN)})
		if err != nil || len(out.EventSourceMappings) != 1 {
			t.Fatalf("%+v, %v", out, err)
		}
		return *out.EventSourceMappings[0].State
	}
	if got := state(); got != "Disabled" {
		t.Errorf("made disabled: %s", got)
	}
	if _, err := c.UpdateEventSourceMapping(t.Context(), &sdk.UpdateEventSourceMappingInput{UUID: made.UUID, Enabled: aws.Bool(true)}); err != nil || state() != "Enabled" {
		t.Errorf("enabled: %s, %v", state(), err)
	}
	for _, code := range []string{"", "ResourceNotFoundException"} {
		if _, err := c.DeleteEventSourceMapping(t.Context(), &sdk.DeleteEventSourceMappingInput{UUID: made.UUID}); oracle.Code(err) != code {
			t.Errorf("delete: %v, want %q", err, code)
		}
	}
}
