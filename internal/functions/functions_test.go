package functions_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/functions"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// fake is a Lambda whose mappings take their time, as Lambda's do.
type fake struct {
	state   string
	settles time.Time
	to      string
	updates int
}

func (f *fake) GetFunctionConfiguration(context.Context, *lambda.GetFunctionConfigurationInput, ...func(*lambda.Options)) (*lambda.GetFunctionConfigurationOutput, error) {
	return &lambda.GetFunctionConfigurationOutput{
		MemorySize: aws.Int32(256), Timeout: aws.Int32(120),
		Environment: &types.EnvironmentResponse{Variables: map[string]string{platform.FunctionBuild: "0123456789abcdef"}},
	}, nil
}

func (f *fake) ListEventSourceMappings(context.Context, *lambda.ListEventSourceMappingsInput, ...func(*lambda.Options)) (*lambda.ListEventSourceMappingsOutput, error) {
	if f.to != "" && !time.Now().Before(f.settles) {
		f.state, f.to = f.to, ""
	}
	return &lambda.ListEventSourceMappingsOutput{EventSourceMappings: []types.EventSourceMappingConfiguration{
		{UUID: aws.String("u"), State: &f.state, FunctionArn: aws.String("arn:aws:lambda:us-east-1:000000000000:function:keyvex-email-processor-test")},
	}}, nil
}

func (f *fake) UpdateEventSourceMapping(_ context.Context, in *lambda.UpdateEventSourceMappingInput, _ ...func(*lambda.Options)) (*lambda.UpdateEventSourceMappingOutput, error) {
	f.updates++
	f.state, f.to, f.settles = "Disabling", "Disabled", time.Now().Add(20*time.Second)
	if *in.Enabled {
		f.state, f.to = "Enabling", "Enabled"
	}
	return &lambda.UpdateEventSourceMappingOutput{}, nil
}

func TestAPauseWaitsUntilThePollingHasStoppedAndResumeUndoesIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &fake{state: "Enabled"}
		f := &functions.Functions{Lambda: api, Environment: platform.Environment{Name: "test"}, Clock: clock.Wall{}}
		s, err := f.Pause(t.Context(), platform.EmailProcessor)
		if err != nil || !s.Paused() || s.Consumer != "Disabled" || api.updates != 1 {
			t.Errorf("%+v, %v", s, err)
		}
		if s, err = f.Pause(t.Context(), platform.EmailProcessor); err != nil || api.updates != 1 {
			t.Errorf("a second pause: %+v, %v, %d updates", s, err, api.updates)
		}
		if s, err = f.Resume(t.Context(), platform.EmailProcessor); err != nil || s.Paused() || s.Consumer != "Enabled" {
			t.Errorf("%+v, %v", s, err)
		}
	})
}

func TestAFunctionTellsItsBuild(t *testing.T) {
	f := &functions.Functions{Lambda: &fake{}, Environment: platform.Environment{Name: "test"}, Clock: clock.Wall{}}
	if s, err := f.Status(t.Context(), platform.EmailProcessor); err != nil || s.Build != "01234567" {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestAFunctionWithoutAQueueCannotBePaused(t *testing.T) {
	f := &functions.Functions{Lambda: &fake{}, Environment: platform.Environment{Name: "test"}, Clock: clock.Wall{}}
	if _, err := f.Pause(t.Context(), platform.WebSocketHandler); !problem.Is(err, problem.Refused) {
		t.Error(err)
	}
}
