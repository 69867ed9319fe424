package platform

import (
	"slices"
	"strings"
)

// Stack is the short name of one of the six CloudFormation stacks.
type Stack string

// The six stacks, as the seed's Core Stacks section names them.
const (
	Security   Stack = "Security"
	Database   Stack = "Database"
	Storage    Stack = "Storage"
	Compute    Stack = "Compute"
	API        Stack = "Api"
	Monitoring Stack = "Monitoring"
)

// Stacks lists the six in an order in which each comes after what it depends on.
var Stacks = []Stack{Security, Database, Storage, Compute, API, Monitoring}

var stackDependencies = map[Stack][]Stack{
	Security:   nil,
	Database:   {Security},
	Storage:    nil,
	Compute:    {Security, Database},
	API:        {Security, Database, Compute},
	Monitoring: {Database, Compute, API},
}

// DependsOn lists the stacks that must be complete before s can be deployed:
// they own a resource or a contract value that s refers to.
func (s Stack) DependsOn() []Stack { return slices.Clone(stackDependencies[s]) }

// Dependents lists the stacks that depend on s directly.
func (s Stack) Dependents() []Stack {
	var out []Stack
	for _, other := range Stacks {
		if slices.Contains(stackDependencies[other], s) {
			out = append(out, other)
		}
	}
	return out
}

// FindStack finds a stack by its short name, in any case of letters.
func FindStack(name string) (Stack, bool) { return findFold(Stacks, name) }

// StackName is the CloudFormation stack's name, "Keyvex-{env}-Security".
func (e Environment) StackName(s Stack) string { return "Keyvex-" + e.Name + "-" + string(s) }

// ParseStackName reads the environment and the stack out of a CloudFormation
// stack's name; ok is false for stacks that are not the platform's.
func ParseStackName(name string) (environment string, stack Stack, ok bool) {
	for _, s := range Stacks {
		middle, found := strings.CutSuffix(name, "-"+string(s))
		middle, mine := strings.CutPrefix(middle, "Keyvex-")
		if found && mine && environmentFault(middle) == "" {
			return middle, s, true
		}
	}
	return "", "", false
}
