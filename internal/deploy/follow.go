package deploy

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// nowhere stops reading events at none.
func nowhere(types.StackEvent) bool { return false }

// observer completes o for following an operation of p's stack.
func (r *run) observer(t *tracker, p StackPlan, id string, o observer) *observer {
	o.d, o.t, o.name, o.id = r.d, t, p.Name, id
	o.cancel = r.options.Cancel
	o.undo = func(ctx context.Context, live *liveStack) error { return r.undo(ctx, p, live) }
	if p.stack != nil {
		o.previous = p.stack.updated()
	}
	return &o
}

// undo cancels the operation that a stack is in: an update is rolled back, and a
// stack that is being created is deleted. Anything else is already on its way back.
// A deletion cannot be undone.
func (r *run) undo(ctx context.Context, p StackPlan, live *liveStack) error {
	if r.deleting {
		r.trackers[p.Stack].notice(p.Name + " is " + live.status() + " and goes on to its end, nothing further is deleted")
		return nil
	}
	token := r.nextToken(p.Stack)
	switch live.StackStatus {
	case types.StackStatusUpdateInProgress:
		_, err := r.d.clients.CloudFormation.CancelUpdateStack(ctx, &cloudformation.CancelUpdateStackInput{
			StackName: live.StackId, ClientRequestToken: aws.String(token),
		})
		return err
	case types.StackStatusCreateInProgress, types.StackStatusReviewInProgress:
		return r.d.delete(ctx, live.id(), token)
	}
	return nil
}
