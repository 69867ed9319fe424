package deploy

import (
	"time"

	"github.com/keyvex/keyvex/internal/platform"
)

// StackStatus is one row of Status.
type StackStatus struct {
	Stack platform.Stack
	// Name is the CloudFormation stack's name.
	Name string
	// Status is CloudFormation's; empty when there is no such stack.
	Status string
	// Updated is when it was last created or updated; zero when there is none.
	Updated time.Time
	// TemplateHash and Build are the deployed template's; empty when unknown.
	TemplateHash, Build string
	// Behind is set when the release has another template than is deployed.
	Behind bool
	// Drifted is what CloudFormation's last drift detection found; nobody may have asked
	// for one.
	Drifted bool
	// Protected is CloudFormation's termination protection.
	Protected bool
}

// Deployed reports whether there is such a stack with resources in it.
func (s StackStatus) Deployed() bool { return s.Status != "" && s.Status != reviewInProgress }

// Output is one output of a stack.
type Output struct {
	Stack       platform.Stack
	Key, Value  string
	Description string
}

// EnvironmentStatus is one environment of the account and region.
type EnvironmentStatus struct {
	Name string
	// Stacks are those that exist, in the platform's order.
	Stacks []StackStatus
}

// Bootstrapped says what Bootstrap made and what it found.
type Bootstrapped struct {
	// Bucket is the assets bucket's name, Created whether it was made just now.
	Bucket  string
	Created bool
	// GatewayRole is the ARN of API Gateway's role for CloudWatch logs, GatewaySet
	// whether it was set just now. A role that was there is left alone.
	GatewayRole string
	GatewaySet  bool
	// Skipped says what the server would not do, and why: servers that are not AWS
	// lack some of it.
	Skipped []string
}

// Diff is what a deploy would change, resource by resource.
type Diff struct {
	Stacks []StackDiff
}

// StackDiff is what would change in one stack.
type StackDiff struct {
	Stack  platform.Stack
	Name   string
	Action Action
	// Reasons are those of the plan.
	Reasons []string
	// Exact is set when CloudFormation computed the changes; otherwise they come
	// from comparing templates, and values are known after apply.
	Exact      bool
	Resources  []ResourceChange
	Parameters []ValueChange
	Outputs    []ValueChange
}

// ValueChange is a value before and after; nil where it is absent.
type ValueChange struct {
	Name          string
	Before, After *string
}

// Replacement says whether a resource would be made anew.
type Replacement string

// The values of Replacement.
const (
	NoReplacement          Replacement = ""
	ConditionalReplacement Replacement = "conditional" // decided while deploying
	CertainReplacement     Replacement = "replace"
)

// ResourceChange is what would happen to one resource.
type ResourceChange struct {
	ResourceName
	// Action is CloudFormation's: Add, Modify, Remove, Import, Dynamic, SyncWithActual.
	Action      string
	Replacement Replacement
	// Retained is set when the old resource stays in AWS, outside the stack.
	Retained   bool
	Properties []PropertyChange
	// Access marks changes of IAM or of security groups, policies and secrets'
	// readers: who can reach what.
	Access bool
	// Loss marks the replacement or deletion of a resource that holds data.
	Loss bool
}

// PropertyChange is what would happen to one property.
type PropertyChange struct {
	// Path is the JSON pointer of the property, "/Properties/VisibilityTimeout".
	Path          string
	Before, After string
	// Replaces is set when this property's change makes the resource anew.
	Replaces bool
	// Cause is the parameter or resource that the change comes from, if any.
	Cause string
	// KnownAfterApply is set when the value after is not known yet.
	KnownAfterApply bool
}

// Changed reports whether anything would change.
func (d *Diff) Changed() bool {
	for _, s := range d.Stacks {
		if len(s.Resources)+len(s.Parameters)+len(s.Outputs) > 0 || s.Action != Unchanged {
			return true
		}
	}
	return false
}

// Losses lists the changes that would lose data.
func (d *Diff) Losses() []ResourceChange {
	var out []ResourceChange
	for _, s := range d.Stacks {
		for _, r := range s.Resources {
			if r.Loss {
				out = append(out, r)
			}
		}
	}
	return out
}
