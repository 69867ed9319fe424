package deploy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// cause is why an operation failed.
type cause struct {
	// resource is the logical id of what failed first, kind its type; both are empty
	// when only the stack itself says something.
	resource, kind string
	// status is the row's, "CREATE_FAILED".
	status string
	// reason is in the server's own words.
	reason string
	// others counts further resources that the reason may mean as well.
	others int
	// orLater is set when the server came as far as the resource, and may have
	// stopped at it or after it.
	orLater bool
}

// cancellations are the reasons of resources that failed only because another
// did. The first words are CloudFormation's for all of them.
var cancellations = []string{
	"Resource creation cancelled", "Resource update cancelled", "Resource deletion cancelled", "Resource cancelled",
}

// rootCause finds in an operation's events, the oldest first, the failure that
// began it. live is what the stack says of itself, and may be nil.
func rootCause(events []types.StackEvent, live *liveStack) cause {
	for _, e := range events {
		if !aboutStack(e) && failedByItself(e) {
			return cause{
				resource: aws.ToString(e.LogicalResourceId), kind: aws.ToString(e.ResourceType),
				status: string(e.ResourceStatus), reason: tidy(aws.ToString(e.ResourceStatusReason)),
			}
		}
	}
	for _, e := range events {
		if reason := aws.ToString(e.ResourceStatusReason); aboutStack(e) && reason != "" && troubled(string(e.ResourceStatus)) {
			return cause{status: string(e.ResourceStatus), reason: tidy(reason)}
		}
	}
	if live == nil {
		return cause{reason: "the server gave no reason"}
	}
	c := cause{status: live.status(), reason: tidy(aws.ToString(live.StackStatusReason))}
	if c.reason == "" {
		c.reason = "the server gave no reason, only the status " + live.status()
	}
	return c
}

// unfinished finds the resource that an operation stopped at: one that failed, or
// else the last that began and did not end.
func unfinished(events []types.StackEvent) cause {
	if c := rootCause(events, nil); c.resource != "" {
		return c
	}
	settledIDs := map[string]bool{}
	for _, e := range slices.Backward(events) {
		id := aws.ToString(e.LogicalResourceId)
		switch {
		case aboutStack(e):
		case settled(string(e.ResourceStatus)):
			settledIDs[id] = true
		case !settledIDs[id]:
			return cause{resource: id, kind: aws.ToString(e.ResourceType), status: string(e.ResourceStatus)}
		}
	}
	return cause{}
}

func failedByItself(e types.StackEvent) bool {
	if e.HookStatus == types.HookStatusHookCompleteFailed {
		return true
	}
	if !strings.HasSuffix(string(e.ResourceStatus), "_FAILED") {
		return false
	}
	reason := aws.ToString(e.ResourceStatusReason)
	return !slices.ContainsFunc(cancellations, func(c string) bool { return strings.HasPrefix(reason, c) })
}

// troubled reports whether a status is one of a failure or of its rollback.
func troubled(status string) bool {
	return strings.Contains(status, "FAILED") || strings.Contains(status, "ROLLBACK")
}

// verb says what could not be done to a resource.
func (c cause) verb() string {
	switch {
	case strings.HasPrefix(c.status, "CREATE"):
		return "could not be created"
	case strings.HasPrefix(c.status, "DELETE"):
		return "could not be deleted"
	case strings.HasPrefix(c.status, "UPDATE"):
		return "could not be updated"
	}
	return "failed"
}

// sentence names the stack, the resource and the server's words.
func (c cause) sentence(stackName string) string {
	if c.resource == "" {
		return stackName + " failed: " + c.reason
	}
	what := c.resource
	if c.kind != "" {
		what += " (" + c.kind + ")"
	}
	switch {
	case c.others == 1:
		what += " or another like it"
	case c.others > 1:
		what += fmt.Sprintf(" or one of %d others like it", c.others)
	case c.orLater:
		what += " or one after it"
	}
	if c.reason == "" {
		return stackName + ": " + what + " " + c.verb() + ", and the server gave no reason"
	}
	return stackName + ": " + what + " " + c.verb() + ": " + c.reason
}
