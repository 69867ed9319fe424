package deploy

import (
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/platform"
)

// deployedTemplate is the template that a stack stands on, an empty one when there
// is no such stack or nothing of it.
func (d *Deployer) deployedTemplate(ctx context.Context, p StackPlan) (*template, error) {
	if p.ID == "" || p.Action == Create || p.Action == Recreate {
		return &template{}, nil
	}
	out, err := d.clients.CloudFormation.GetTemplate(ctx, &cloudformation.GetTemplateInput{
		StackName: &p.ID, TemplateStage: types.TemplateStageOriginal,
	})
	if err != nil {
		return nil, wrap(err, p.Name, "reading its template")
	}
	old, err := parseTemplate(aws.ToString(out.TemplateBody))
	if err != nil {
		// A template in YAML was not deployed by keyvex, and is replaced as a whole.
		return &template{}, nil
	}
	return old, nil
}

// parameterChanges compares the values of a stack's parameters.
func parameterChanges(p StackPlan, values map[string]string) []ValueChange {
	before := map[string]string{}
	if p.stack != nil {
		for _, parameter := range p.stack.Parameters {
			before[aws.ToString(parameter.ParameterKey)] = aws.ToString(parameter.ParameterValue)
		}
	}
	return valueChanges(before, values)
}

func valueChanges(before, after map[string]string) []ValueChange {
	keys := slices.Concat(slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(after)))
	slices.Sort(keys)
	var out []ValueChange
	for _, key := range slices.Compact(keys) {
		b, had := before[key]
		a, has := after[key]
		if had == has && a == b {
			continue
		}
		change := ValueChange{Name: key}
		if had {
			change.Before = &b
		}
		if has {
			change.After = &a
		}
		out = append(out, change)
	}
	return out
}

// outputChanges compares the outputs as templates define them; the two that every
// release changes are left out.
func outputChanges(p StackPlan, old *template) []ValueChange {
	return valueChanges(outputValues(old), outputValues(p.template))
}

func outputValues(t *template) map[string]string {
	values := map[string]string{}
	for key, raw := range t.Outputs {
		if key == platform.OutputBuild || key == platform.OutputTemplateHash {
			continue
		}
		var output struct{ Value any }
		if json.Unmarshal(raw, &output) == nil {
			values[key] = scalar(output.Value)
		}
	}
	return values
}

// compareTemplates lists what differs between two templates' resources. Whether a
// property's change replaces the resource, only CloudFormation knows.
func compareTemplates(old, next *template, values map[string]string) []ResourceChange {
	var out []ResourceChange
	for _, id := range union(old.Resources, next.Resources) {
		before, had := old.Resources[id]
		after, has := next.Resources[id]
		has = has && next.holds(after.Condition, values)
		change := ResourceChange{ResourceName: ResourceName{LogicalID: id, Type: after.Type}}
		switch {
		case !had && has:
			change.Action = string(types.ChangeActionAdd)
		case had && !has:
			change.Type, change.Action = before.Type, string(types.ChangeActionRemove)
			change.Retained = strings.HasPrefix(before.DeletionPolicy, "Retain")
		case !had, reflect.DeepEqual(before, after):
			continue
		default:
			change.Action = string(types.ChangeActionModify)
			change.Properties = compareProperties(before.Properties, after.Properties)
			if before.Type != after.Type {
				change.Replacement = CertainReplacement
			}
		}
		change.Access = concernsAccess(change.Type)
		change.Loss = losesData(change)
		out = append(out, change)
	}
	return out
}

func compareProperties(before, after map[string]any) []PropertyChange {
	var out []PropertyChange
	for _, name := range union(before, after) {
		if !reflect.DeepEqual(before[name], after[name]) {
			out = append(out, PropertyChange{Path: "/Properties/" + name, Before: shown(before[name]), After: shown(after[name])})
		}
	}
	return out
}

func shown(v any) string {
	if v == nil {
		return ""
	}
	return scalar(v)
}

func union[V any](a, b map[string]V) []string {
	keys := slices.Concat(slices.Collect(maps.Keys(a)), slices.Collect(maps.Keys(b)))
	slices.Sort(keys)
	return slices.Compact(keys)
}

// holds evaluates a condition as far as it depends on parameters alone; one that
// cannot be decided holds.
func (t *template) holds(condition string, values map[string]string) bool {
	if condition == "" {
		return true
	}
	result, known := t.evaluate(t.Conditions[condition], values, 0)
	return result || !known
}

// conditionDepth bounds how deep conditions may refer to each other.
const conditionDepth = 20

func (t *template) evaluate(v any, values map[string]string, depth int) (result, known bool) {
	object, ok := v.(map[string]any)
	if !ok || len(object) != 1 || depth > conditionDepth {
		return false, false
	}
	for function, argument := range object {
		list, _ := argument.([]any)
		switch {
		case function == "Condition":
			id, _ := argument.(string)
			return t.evaluate(t.Conditions[id], values, depth+1)
		case function == "Fn::Not" && len(list) == 1:
			result, known := t.evaluate(list[0], values, depth+1)
			return !result, known
		case function == "Fn::Equals" && len(list) == 2:
			a, knownA := operand(list[0], values)
			b, knownB := operand(list[1], values)
			return a == b, knownA && knownB
		case function == "Fn::And", function == "Fn::Or":
			return t.evaluateAll(function == "Fn::And", list, values, depth)
		}
	}
	return false, false
}

func (t *template) evaluateAll(and bool, list []any, values map[string]string, depth int) (result, known bool) {
	result, known = and, true
	for _, item := range list {
		one, ok := t.evaluate(item, values, depth+1)
		known = known && ok
		if one != and {
			result = one
		}
	}
	return result, known
}

func operand(v any, values map[string]string) (text string, known bool) {
	if object, ok := v.(map[string]any); ok {
		id, _ := object["Ref"].(string)
		text, known = values[id]
		return text, known
	}
	return scalar(v), true
}
