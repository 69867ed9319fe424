package assembly

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/keyvex/keyvex/internal/platform"
)

// Parameter is a parameter of a template.
type Parameter struct {
	// Name is the parameter's logical id.
	Name string
	// Type is CloudFormation's, "String" or "AWS::SSM::Parameter::Value<String>".
	Type string
	// Default is the value that the parameter has when none is given. Every
	// parameter has one, which may be empty.
	Default     string
	Description string
	// Contract is the contract value whose Parameter Store name Default is; empty
	// for a parameter that holds its value itself.
	Contract platform.Contract
}

// Resource is a resource of a template, before any intrinsic function is resolved.
type Resource struct {
	LogicalID string
	// Type is CloudFormation's, "AWS::SQS::Queue".
	Type       string
	Properties map[string]any
	// DependsOn lists the resources named by the attribute, not those referred to
	// in properties.
	DependsOn []string
	// Condition, DeletionPolicy and UpdateReplacePolicy are empty when not set.
	Condition, DeletionPolicy, UpdateReplacePolicy string
}

// Parameters lists the template's parameters, sorted by name.
func Parameters(t Template) ([]Parameter, error) {
	var template struct {
		Parameters map[string]Parameter
	}
	if err := json.Unmarshal(t.Body, &template); err != nil {
		return nil, fmt.Errorf("template of %s: %w", t.Stack, err)
	}
	list := make([]Parameter, 0, len(template.Parameters))
	for _, name := range slices.Sorted(maps.Keys(template.Parameters)) {
		parameter := template.Parameters[name]
		parameter.Name = name
		for _, spec := range platform.ReadsOf(t.Stack) {
			if spec.Parameter == name {
				parameter.Contract = spec.Key
			}
		}
		list = append(list, parameter)
	}
	return list, nil
}

// Resources lists the template's resources, sorted by logical id.
func Resources(t Template) ([]Resource, error) {
	var template struct {
		Resources map[string]Resource
	}
	if err := json.Unmarshal(t.Body, &template); err != nil {
		return nil, fmt.Errorf("template of %s: %w", t.Stack, err)
	}
	list := make([]Resource, 0, len(template.Resources))
	for _, id := range slices.Sorted(maps.Keys(template.Resources)) {
		resource := template.Resources[id]
		resource.LogicalID = id
		list = append(list, resource)
	}
	return list, nil
}

var paths = sync.OnceValue(func() map[platform.Stack]map[string]string {
	raw, err := files.ReadFile("paths.json")
	if err != nil {
		return nil
	}
	var parsed map[platform.Stack]map[string]string
	if err := json.Unmarshal(raw, &parsed); err != nil {
		return nil
	}
	return parsed
})

// Path is what people call a resource: its construct path in the CDK app,
// "Vpc/isolatedSubnet1/RouteTable". A logical id that the map does not know is its
// own path.
func Path(stack platform.Stack, logicalID string) string {
	if path, ok := paths()[stack][logicalID]; ok {
		return path
	}
	return logicalID
}
