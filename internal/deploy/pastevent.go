package deploy

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/platform"
)

// PastEvent is an event of a stack as CloudFormation keeps it.
type PastEvent struct {
	At time.Time
	// LogicalID is the resource's, or the stack's own name where Stack is set.
	LogicalID string
	// Type is CloudFormation's, "AWS::SQS::Queue"; Status too, "CREATE_FAILED".
	Type, Status string
	// Reason is why, in AWS's words; mostly empty but for failures.
	Reason string
	Stack  bool
}

// LastOperation lists the events of what was last done to a stack, the newest first,
// back to when it began to be created, changed or deleted. A stack that there is not is
// a problem.NotFound.
func (d *Deployer) LastOperation(ctx context.Context, env platform.Environment, s platform.Stack) ([]PastEvent, error) {
	begun := false
	events, err := d.events(ctx, env.StackName(s), func(e types.StackEvent) bool {
		before := begun
		begun = begun || aboutStack(e) && begins(string(e.ResourceStatus))
		return before
	})
	if err != nil {
		return nil, err
	}
	slices.Reverse(events)
	out := make([]PastEvent, len(events))
	for i, e := range events {
		out[i] = PastEvent{
			At: aws.ToTime(e.Timestamp), LogicalID: aws.ToString(e.LogicalResourceId), Type: aws.ToString(e.ResourceType),
			Status: string(e.ResourceStatus), Reason: aws.ToString(e.ResourceStatusReason), Stack: aboutStack(e),
		}
	}
	return out, nil
}
