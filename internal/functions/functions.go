// Package functions shows Keyvex's functions as consumers of their queues, and pauses
// and resumes them: that stops the bleeding before a repair. It knows no terminal.
package functions

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// Lambda is what is needed of it.
type Lambda interface {
	GetFunctionConfiguration(context.Context, *lambda.GetFunctionConfigurationInput, ...func(*lambda.Options)) (*lambda.GetFunctionConfigurationOutput, error)
	ListEventSourceMappings(context.Context, *lambda.ListEventSourceMappingsInput, ...func(*lambda.Options)) (*lambda.ListEventSourceMappingsOutput, error)
	UpdateEventSourceMapping(context.Context, *lambda.UpdateEventSourceMappingInput, ...func(*lambda.Options)) (*lambda.UpdateEventSourceMappingOutput, error)
}

// Functions are an environment's functions.
type Functions struct {
	Lambda      Lambda
	Environment platform.Environment
	Clock       clock.Clock
}

// Status is how a function stands.
type Status struct {
	Function platform.Function
	Physical string
	// Queue triggers it, empty for none.
	Queue platform.Queue
	// Consumer is the state of its event source mapping, "Enabled", "Disabling" and so
	// on; empty where it has none.
	Consumer string
	// MemoryMB and Timeout are as deployed.
	MemoryMB int
	Timeout  time.Duration
	Modified string
	// Build is the code that it runs, as platform.ShortBuild has it; empty where that is not
	// known.
	Build string

	mapping string
}

// Paused reports whether the function takes no messages from its queue.
func (s Status) Paused() bool { return platform.ConsumerPauses(s.Consumer) }

// List shows all functions.
func (f *Functions) List(ctx context.Context) ([]Status, error) {
	var out []Status
	for _, function := range platform.Functions {
		status, err := f.Status(ctx, function)
		if err != nil {
			return nil, err
		}
		out = append(out, status)
	}
	return out, nil
}

// Status shows one function.
func (f *Functions) Status(ctx context.Context, function platform.Function) (Status, error) {
	s := Status{Function: function, Physical: f.Environment.FunctionName(function), Queue: function.Spec().Queue}
	config, err := f.Lambda.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &s.Physical})
	if err != nil {
		return s, err
	}
	s.MemoryMB, s.Timeout = int(aws.ToInt32(config.MemorySize)), time.Duration(aws.ToInt32(config.Timeout))*time.Second
	s.Modified = aws.ToString(config.LastModified)
	if config.Environment != nil {
		s.Build = platform.ShortBuild(config.Environment.Variables[platform.FunctionBuild])
	}
	if s.Queue == "" {
		return s, nil
	}
	mapping, err := f.mapping(ctx, s.Physical)
	s.Consumer, s.mapping = aws.ToString(mapping.State), aws.ToString(mapping.UUID)
	return s, err
}

func (f *Functions) mapping(ctx context.Context, name string) (types.EventSourceMappingConfiguration, error) {
	out, err := f.Lambda.ListEventSourceMappings(ctx, &lambda.ListEventSourceMappingsInput{FunctionName: &name})
	if err != nil || len(out.EventSourceMappings) == 0 {
		return types.EventSourceMappingConfiguration{}, err
	}
	return out.EventSourceMappings[0], nil
}

const (
	settlePoll     = time.Second
	settlePatience = 2 * time.Minute
)

// Pause stops a function's polling of its queue, Resume starts it again. Both wait
// until that is done; what is being processed comes to its end.
func (f *Functions) Pause(ctx context.Context, function platform.Function) (Status, error) {
	return f.enable(ctx, function, platform.ConsumerPaused)
}

// Resume is the opposite of Pause.
func (f *Functions) Resume(ctx context.Context, function platform.Function) (Status, error) {
	return f.enable(ctx, function, platform.ConsumerOn)
}

func (f *Functions) enable(ctx context.Context, function platform.Function, state string) (Status, error) {
	s, err := f.Status(ctx, function)
	if err != nil {
		return s, err
	}
	if s.mapping == "" {
		return s, problem.New(problem.Refused, "%s has no queue that it could be paused from", function).
			WithHint("the functions with a queue are those that keyvex functions list shows a consumer of")
	}
	if s.Consumer == state {
		return s, nil
	}
	if _, err := f.Lambda.UpdateEventSourceMapping(ctx, &lambda.UpdateEventSourceMappingInput{UUID: &s.mapping, Enabled: new(state == platform.ConsumerOn)}); err != nil {
		return s, err
	}
	for deadline := f.Clock.Now().Add(settlePatience); ; {
		if s, err = f.Status(ctx, function); err != nil || s.Consumer == state {
			return s, err
		}
		if f.Clock.Now().After(deadline) {
			return s, problem.New(problem.Failed, "%s is still %s after %s", function, s.Consumer, settlePatience).
				WithHint("keyvex functions list shows when it is done")
		}
		if err := clock.Sleep(ctx, f.Clock, settlePoll); err != nil {
			return s, err
		}
	}
}
