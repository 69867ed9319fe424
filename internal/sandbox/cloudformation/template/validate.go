package template

import (
	"slices"
	"strings"
)

var pseudoParameters = []string{
	"AWS::AccountId", "AWS::NoValue", "AWS::NotificationARNs", "AWS::Partition", "AWS::Region", "AWS::StackId",
	"AWS::StackName", "AWS::URLSuffix",
}

// Validate checks what can be known of a template by itself: names that refer to
// nothing, circular dependencies, and types for which known reports false.
func (t *Template) Validate(known func(resourceType string) bool) error {
	checks := []func() error{
		t.validateTransforms, func() error { return t.validateTypes(known) },
		t.validateConditions, t.validateResources, t.validateOutputs, t.validateCycles,
	}
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (t *Template) validateTransforms() error {
	if len(t.Transforms) > 0 {
		return errorf("No transform named %s found.", t.Transforms[0])
	}
	return nil
}

func (t *Template) validateTypes(known func(string) bool) error {
	var unknown []string
	for _, id := range sortedKeys(t.Resources) {
		if name := t.Resources[id].Type; !known(name) && !slices.Contains(unknown, name) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		return errorf("Template format error: Unrecognized resource types: [%s]", strings.Join(unknown, ", "))
	}
	return nil
}

func (t *Template) validateConditions() error {
	sound := map[string]bool{}
	for _, name := range sortedKeys(t.Conditions) {
		for _, reference := range References(t.Conditions[name]) {
			if !t.isParameter(reference.Name) || reference.IsAttribute {
				return errorf("Template format error: Unresolved dependencies [%s]. Cannot reference resources in the Conditions block of the template", reference.Name)
			}
		}
		if t.conditionLoops(name, sound, nil) {
			return errorf("Template format error: Circular dependency between conditions: [%s]", name)
		}
	}
	return nil
}

// conditionLoops reports whether a condition leads back to one on the path to it.
// Those found to be sound are not looked at again.
func (t *Template) conditionLoops(name string, sound map[string]bool, path []string) bool {
	if slices.Contains(path, name) {
		return true
	}
	if sound[name] {
		return false
	}
	path = append(path, name)
	for _, next := range conditionNames(t.Conditions[name]) {
		if t.conditionLoops(next, sound, path) {
			return true
		}
	}
	sound[name] = true
	return false
}

// conditionNames lists the conditions that a condition's expression names.
func conditionNames(v any) (names []string) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			names = append(names, conditionNames(item)...)
		}
	case map[string]any:
		for key, item := range v {
			if text, ok := item.(string); ok && key == "Condition" {
				names = append(names, text)
			} else {
				names = append(names, conditionNames(item)...)
			}
		}
	}
	return names
}

func (t *Template) isParameter(name string) bool {
	_, ok := t.Parameters[name]
	return ok || slices.Contains(pseudoParameters, name)
}

func (t *Template) validateResources() error {
	var unresolved []string
	for _, id := range sortedKeys(t.Resources) {
		r := t.Resources[id]
		if err := t.validateUse(r.Condition, r.Properties, &unresolved); err != nil {
			return err
		}
		for _, name := range r.DependsOn {
			if _, ok := t.Resources[name]; !ok {
				unresolved = append(unresolved, name)
			}
		}
	}
	return unresolvedError(unresolved, "Resources")
}

func (t *Template) validateOutputs() error {
	var unresolved []string
	for _, name := range sortedKeys(t.Outputs) {
		o := t.Outputs[name]
		if err := t.validateUse(o.Condition, []any{o.Value, o.ExportName}, &unresolved); err != nil {
			return err
		}
	}
	return unresolvedError(unresolved, "Outputs")
}

func unresolvedError(names []string, block string) error {
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	return errorf("Template format error: Unresolved resource dependencies [%s] in the %s block of the template",
		strings.Join(slices.Compact(names), ", "), block)
}

// validateUse checks the condition and the references of one resource or output.
func (t *Template) validateUse(condition string, v any, unresolved *[]string) (err error) {
	checkCondition := func(name string) {
		if _, ok := t.Conditions[name]; !ok && name != "" && err == nil {
			err = errorf("Template format error: Unresolved condition dependency %s", name)
		}
	}
	checkCondition(condition)
	w := walker{follow: bothBranches, condition: checkCondition, reference: func(r Reference) {
		_, isResource := t.Resources[r.Name]
		switch {
		case isResource || !r.IsAttribute && t.isParameter(r.Name):
		case r.IsAttribute && err == nil:
			err = errorf("Template error: instance of Fn::GetAtt references undefined resource %s", r.Name)
		case !r.IsAttribute:
			*unresolved = append(*unresolved, r.Name)
		}
	}}
	w.walk(v)
	return err
}

func (t *Template) validateCycles() error {
	if names := t.cycle(); len(names) > 0 {
		return errorf("Circular dependency between resources: [%s]", strings.Join(names, ", "))
	}
	return nil
}
