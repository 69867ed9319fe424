// Package template reads CloudFormation templates: JSON and YAML, parameters,
// conditions, intrinsic functions and the graph of dependencies. It knows no
// stacks and no services; what a function needs of the world comes in through a
// Scope.
package template

import "fmt"

// Template is a parsed template. Values inside it are what encoding/json gives:
// string, float64, bool, nil, []any and map[string]any, with intrinsic functions
// in their long form.
type Template struct {
	Version     string
	Description string
	Transforms  []string
	Metadata    any
	Parameters  map[string]Parameter
	Mappings    map[string]any
	Conditions  map[string]any
	Rules       map[string]Rule
	Resources   map[string]Resource
	Outputs     map[string]Output
}

// Resource is one entry of the Resources section.
type Resource struct {
	Type       string
	Properties map[string]any
	DependsOn  []string
	// Condition is the name of one, or empty.
	Condition string
	// DeletionPolicy and UpdateReplacePolicy are empty where the template says
	// nothing, which means Delete.
	DeletionPolicy, UpdateReplacePolicy string
	Metadata                            any
}

// Output is one entry of the Outputs section.
type Output struct {
	Description string
	Condition   string
	Value       any
	// ExportName is nil for an output that is not exported.
	ExportName any
}

// Error is a template or parameter that CloudFormation refuses, in its words. It
// reaches clients as a ValidationError.
type Error struct{ Message string }

func (e *Error) Error() string { return e.Message }

func errorf(format string, args ...any) error {
	return &Error{Message: fmt.Sprintf(format, args...)}
}
