package deploy

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/platform"
)

func ourToken(token string) bool { return platform.IsRunToken(token) }

// maxEventPages bounds how far back events are read: a page holds about 100, and
// a server may hand out tokens forever.
const maxEventPages = 20

// events reads a stack's events from the newest back to the first for which stop
// says so, and gives those before it, the oldest first.
func (d *Deployer) events(ctx context.Context, id string, stop func(types.StackEvent) bool) ([]types.StackEvent, error) {
	var found []types.StackEvent
	in := &cloudformation.DescribeStackEventsInput{StackName: &id}
	for range maxEventPages {
		out, err := d.clients.CloudFormation.DescribeStackEvents(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, e := range out.StackEvents {
			if stop(e) {
				slices.Reverse(found)
				return found, nil
			}
			found = append(found, e)
		}
		if aws.ToString(out.NextToken) == "" {
			break
		}
		in.NextToken = out.NextToken
	}
	slices.Reverse(found)
	return found, nil
}

// lastEvent is the id of a stack's newest event, empty when there is none or the
// server cannot say.
func (d *Deployer) lastEvent(ctx context.Context, id string) string {
	newest := ""
	_, _ = d.events(ctx, id, func(e types.StackEvent) bool {
		newest = eventID(e)
		return true
	})
	return newest
}

// eventID tells an event from all others, also where the server gives it no id.
func eventID(e types.StackEvent) string {
	return orElse(e.EventId, aws.ToString(e.LogicalResourceId)+" "+string(e.ResourceStatus)+" "+aws.ToTime(e.Timestamp).String())
}

// operationToken is the client request token of the operation that a stack is in,
// as its newest row about the stack itself bears it.
func (d *Deployer) operationToken(ctx context.Context, live *liveStack) (string, error) {
	token := ""
	_, err := d.events(ctx, live.id(), func(e types.StackEvent) bool {
		if !aboutStack(e) {
			return false
		}
		token = aws.ToString(e.ClientRequestToken)
		return true
	})
	return token, err
}

// aboutStack reports whether an event is about the stack itself.
func aboutStack(e types.StackEvent) bool {
	return aws.ToString(e.PhysicalResourceId) != "" && aws.ToString(e.PhysicalResourceId) == aws.ToString(e.StackId) ||
		aws.ToString(e.ResourceType) == "AWS::CloudFormation::Stack" && aws.ToString(e.LogicalResourceId) == aws.ToString(e.StackName)
}

// settled reports whether a status of a resource or stack is an end.
func settled(status string) bool {
	return strings.HasSuffix(status, "_COMPLETE") || strings.HasSuffix(status, "_FAILED") || strings.HasSuffix(status, "_SKIPPED")
}
