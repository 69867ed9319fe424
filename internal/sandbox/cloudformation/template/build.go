package template

import (
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

var sections = []string{
	"AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Mappings", "Conditions", "Rules",
	"Transform", "Resources", "Outputs", "Hooks",
}

func build(root map[string]any) (*Template, error) {
	if unknown := without(root, sections); len(unknown) > 0 {
		return nil, errorf("Invalid template property or properties [%s]", strings.Join(unknown, ", "))
	}
	t := &Template{Metadata: root["Metadata"]}
	t.Version, _ = resource.Text(root["AWSTemplateFormatVersion"])
	t.Description, _ = resource.Text(root["Description"])
	t.Transforms = stringList(root["Transform"])
	steps := []func(map[string]any) error{t.buildParameters, t.buildConditions, t.buildResources, t.buildOutputs}
	for _, step := range steps {
		if err := step(root); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func without(m map[string]any, allowed []string) []string {
	return slices.DeleteFunc(sortedKeys(m), func(key string) bool { return slices.Contains(allowed, key) })
}

// section gives a part of the template as an object of objects' names.
func section(root map[string]any, name string) (map[string]any, error) {
	switch m := root[name].(type) {
	case nil:
		return nil, nil
	case map[string]any:
		return m, nil
	}
	return nil, errorf("Template format error: %s must be an object.", name)
}

func (t *Template) buildConditions(root map[string]any) (err error) {
	if t.Conditions, err = section(root, "Conditions"); err != nil {
		return err
	}
	if t.Mappings, err = section(root, "Mappings"); err != nil {
		return err
	}
	rules, err := section(root, "Rules")
	if err != nil {
		return err
	}
	t.Rules = map[string]Rule{}
	for name, v := range rules {
		if t.Rules[name], err = buildRule(name, v); err != nil {
			return err
		}
	}
	return nil
}

var resourceAttributes = []string{
	"Type", "Properties", "DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy", "Metadata",
	"CreationPolicy", "UpdatePolicy",
}

func (t *Template) buildResources(root map[string]any) error {
	resources, err := section(root, "Resources")
	if err != nil {
		return err
	}
	if len(resources) == 0 {
		return errorf("Template format error: At least one Resources member must be defined.")
	}
	t.Resources = make(map[string]Resource, len(resources))
	for _, id := range sortedKeys(resources) {
		if t.Resources[id], err = buildResource(id, resources[id]); err != nil {
			return err
		}
	}
	return nil
}

func buildResource(id string, v any) (r Resource, err error) {
	m, ok := v.(map[string]any)
	if !ok {
		return r, errorf("Template format error: [/Resources/%s] resource definition is malformed", id)
	}
	if !alphanumeric(id) {
		return r, errorf("Template format error: Resource name %s is non alphanumeric.", id)
	}
	if unknown := without(m, resourceAttributes); len(unknown) > 0 {
		return r, errorf("Invalid template resource property '%s'", unknown[0])
	}
	if r.Type, ok = m["Type"].(string); !ok {
		return r, errorf("Template format error: [/Resources/%s] Every Resources object must contain a Type member.", id)
	}
	if r.Properties, ok = m["Properties"].(map[string]any); !ok && m["Properties"] != nil {
		return r, errorf("Template format error: [/Resources/%s] Properties must be an object.", id)
	}
	r.DependsOn = stringList(m["DependsOn"])
	r.Condition, _ = m["Condition"].(string)
	r.Metadata = m["Metadata"]
	if r.DeletionPolicy, err = policy(m, "DeletionPolicy", "Delete", "Retain", "Snapshot", "RetainExceptOnCreate"); err != nil {
		return r, err
	}
	r.UpdateReplacePolicy, err = policy(m, "UpdateReplacePolicy", "Delete", "Retain", "Snapshot")
	return r, err
}

func policy(m map[string]any, name string, allowed ...string) (string, error) {
	text, ok := m[name].(string)
	if m[name] == nil || ok && slices.Contains(allowed, text) {
		return text, nil
	}
	return "", errorf("Template format error: Unrecognized %s %s", name, Canonical(m[name]))
}

func (t *Template) buildOutputs(root map[string]any) error {
	outputs, err := section(root, "Outputs")
	if err != nil {
		return err
	}
	t.Outputs = make(map[string]Output, len(outputs))
	for _, name := range sortedKeys(outputs) {
		m, ok := outputs[name].(map[string]any)
		if !ok || m["Value"] == nil {
			return errorf("Template format error: Output %s is malformed. Every Outputs member must contain a Value object", name)
		}
		o := Output{Value: m["Value"]}
		o.Description, _ = resource.Text(m["Description"])
		o.Condition, _ = m["Condition"].(string)
		if export, ok := m["Export"].(map[string]any); ok {
			o.ExportName = export["Name"]
		}
		t.Outputs[name] = o
	}
	return nil
}

func alphanumeric(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

// stringList takes one string or a list of them.
func stringList(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		list := make([]string, 0, len(v))
		for _, item := range v {
			if text, ok := resource.Text(item); ok {
				list = append(list, text)
			}
		}
		return list
	}
	return nil
}
