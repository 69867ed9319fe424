package deploy

import (
	"time"

	"github.com/keyvex/keyvex/internal/platform"
)

// Action is what a plan means to do with a stack.
type Action string

// The actions.
const (
	Unchanged Action = "unchanged" // nothing
	Create    Action = "create"    // there is no such stack
	Update    Action = "update"    // it differs from the release
	Recreate  Action = "recreate"  // a creation failed: delete what is left, create
	Attach    Action = "attach"    // an operation of an earlier run is under way: wait, then see
	Continue  Action = "continue"  // a rollback got stuck: continue it, then see
	Protect   Action = "protect"   // only the termination protection is missing
	Blocked   Action = "blocked"   // it cannot be deployed as it is; Reasons says why
	Delete    Action = "delete"    // of a Destroy
)

// PlanOptions say what to plan.
type PlanOptions struct {
	// Stacks limits the plan to these. What they depend on must be deployed. Empty
	// means all.
	Stacks []platform.Stack
	// Force updates stacks that look unchanged, too.
	Force bool
}

// Plan is what a deploy would do. It is made from what AWS answered at one moment;
// Deploy looks again at what may have moved since.
type Plan struct {
	Release Release
	// Stacks are in an order in which each comes after what it depends on.
	Stacks []StackPlan
	// NeedsBootstrap is set when there are assets to upload and a stack that needs
	// them is to be changed: the assets bucket must exist. See [Deployer.Bootstrap].
	NeedsBootstrap bool
	// Estimate is the expected duration of the whole, at AWS's usual pace; 0 when
	// there is nothing to do.
	Estimate time.Duration
}

// StackPlan is the plan of one stack.
type StackPlan struct {
	Stack platform.Stack
	// Name is the CloudFormation stack's name, ID its ARN, empty before it exists.
	Name, ID string
	Action   Action
	// Status is CloudFormation's, empty when there is no such stack.
	Status string
	// Reasons says in words why Action is not Unchanged: "template", "parameter
	// CorsOrigins", "value of /keyvex/dev/database/redis-endpoint", "tags" ...
	Reasons []string
	// Recheck is set on a stack that reads a value which another stack of the plan
	// may change: whether it changes is known after apply.
	Recheck bool
	// Build is that of the deployed template, empty when unknown.
	Build string
	// Updated is when the stack was last created or updated, zero when there is none.
	Updated time.Time
	// Estimate is the expected duration at AWS's usual pace.
	Estimate time.Duration

	stack    *liveStack
	template *template
	// readsFrom lists the stacks that publish what the template reads.
	readsFrom []platform.Stack
}

// Changed reports whether there is anything to do.
func (p *Plan) Changed() bool {
	for _, s := range p.Stacks {
		if s.Action != Unchanged {
			return true
		}
	}
	return false
}

// Options say how to deploy.
type Options struct {
	// AllowDataLoss lets a plan replace or delete stateful resources.
	AllowDataLoss bool
	// Cancel, once closed, undoes what is under way: updates are cancelled, new
	// stacks deleted, and nothing further is started. May be nil. Cancelling the
	// context instead leaves everything running.
	Cancel <-chan struct{}
}

// DestroyOptions say how to destroy.
type DestroyOptions struct {
	// EmptyBuckets deletes all objects, in all versions, of the buckets that stand
	// in the way.
	EmptyBuckets bool
	// Cancel, once closed, lets nothing further be deleted. What is being deleted
	// goes on to its end: CloudFormation cannot undo a deletion. May be nil.
	// Cancelling the context instead does not wait for that end.
	Cancel <-chan struct{}
}

// Result is what a run came to.
type Result struct {
	// Stacks are those of the plan, in its order.
	Stacks []StackResult
	// Took is the duration of the run.
	Took time.Duration
	// Uploaded counts the assets that were missing.
	Uploaded int
}

// StackResult is what became of one stack.
type StackResult struct {
	Stack platform.Stack
	Name  string
	// State is Complete, NoChange, Failed, RolledBack, Skipped, Running or Gone.
	State State
	// Status is CloudFormation's last known one.
	Status string
	// Changed counts the resources that were created, updated or deleted.
	Changed int
	Took    time.Duration
	// Retained are the resources that a deletion left behind by policy.
	Retained []ResourceName
	// Leftover are the resources whose cleaning up failed, though the stack's
	// update is complete.
	Leftover []ResourceName
	// Err is why State is Failed or RolledBack.
	Err error
}

// ResourceName is a resource by its names.
type ResourceName struct {
	LogicalID, PhysicalID, Type string
}
