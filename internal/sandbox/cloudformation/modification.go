package cloudformation

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/cloudformation/template"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// modification compares a live resource with what the template wants it to be.
type modification struct {
	*planner
	id      string
	res     Resource
	wanted  Incarnation
	t       resource.Type
	details []types.ResourceChangeDetail
}

func (m *modification) compare() {
	if m.res.Live.Type != m.wanted.Type {
		m.add(types.ResourceAttributeProperties, "Type", types.RequiresRecreationAlways, m.res.Live.Type, m.wanted.Type)
	}
	changed := changedProperties(m.res.Live.Properties, m.wanted.Properties)
	for _, name := range changed {
		m.property(name)
	}
	m.attributesOfModified(changed)
	for _, a := range []struct {
		attribute     types.ResourceAttribute
		before, after any
	}{
		{types.ResourceAttributeMetadata, m.res.Live.Metadata, m.wanted.Metadata},
		{types.ResourceAttributeDeletionPolicy, m.res.Live.DeletionPolicy, m.wanted.DeletionPolicy},
		{types.ResourceAttributeUpdateReplacePolicy, m.res.Live.UpdateReplacePolicy, m.wanted.UpdateReplacePolicy},
	} {
		if template.Canonical(a.before) != template.Canonical(a.after) {
			m.add(a.attribute, "", types.RequiresRecreationNever, a.before, a.after)
		}
	}
	if m.t.Update != nil && template.Canonical(nonNil(m.res.Live.Tags)) != template.Canonical(nonNil(m.wanted.Tags)) {
		m.add(types.ResourceAttributeTags, "", types.RequiresRecreationNever, m.res.Live.Tags, m.wanted.Tags)
	}
}

// add appends a direct, certain change.
func (m *modification) add(attribute types.ResourceAttribute, name string, recreation types.RequiresRecreation, before, after any) *types.ResourceChangeDetail {
	target := &types.ResourceTargetDefinition{Attribute: attribute, RequiresRecreation: recreation, Name: optional(name)}
	target.Path = new("/" + strings.Trim(string(attribute)+"/"+name, "/"))
	target.BeforeValue, target.AfterValue = valueText(before), valueText(after)
	switch {
	case target.BeforeValue == nil:
		target.AttributeChangeType = types.AttributeChangeTypeAdd
	case target.AfterValue == nil:
		target.AttributeChangeType = types.AttributeChangeTypeRemove
	default:
		target.AttributeChangeType = types.AttributeChangeTypeModify
	}
	m.details = append(m.details, types.ResourceChangeDetail{
		Target: target, Evaluation: types.EvaluationTypeStatic, ChangeSource: types.ChangeSourceDirectModification,
	})
	return &m.details[len(m.details)-1]
}

// valueText is a value as a change set shows it: a scalar's text, or JSON.
func valueText(v any) *string {
	if text, ok := resource.Text(v); ok {
		return optional(text)
	}
	text := template.Canonical(v)
	if text == "null" {
		return nil
	}
	return &text
}

func (m *modification) recreation(name string) types.RequiresRecreation {
	if recreates(m.t, name) {
		return types.RequiresRecreationAlways
	}
	return types.RequiresRecreationNever
}

// property adds the change of one property, with what causes it.
func (m *modification) property(name string) {
	before, after := m.shown(m.before, name, m.res.Live.Properties), m.shown(m.after, name, m.wanted.Properties)
	d := m.add(types.ResourceAttributeProperties, name, m.recreation(name), before, after)
	expression := m.after.Template.Resources[m.id].Properties[name]
	if !m.sameExpression(name, expression) {
		return
	}
	for _, reference := range template.References(expression) {
		if m.cause(d, reference) {
			return
		}
	}
}

// shown is a property as it may be shown, NoEcho parameters masked.
func (m *modification) shown(b *blueprint, name string, plain map[string]any) any {
	if b == nil || plain[name] == nil {
		return plain[name]
	}
	v, err := b.masked().Eval(b.Template.Resources[m.id].Properties[name])
	if err != nil {
		return plain[name]
	}
	return v
}

func (m *modification) sameExpression(name string, expression any) bool {
	if m.before == nil {
		return false
	}
	return template.Canonical(m.before.Template.Resources[m.id].Properties[name]) == template.Canonical(expression)
}

// cause makes a reference the reason of a change, if it can be one.
func (m *modification) cause(d *types.ResourceChangeDetail, reference template.Reference) bool {
	entity := reference.Name
	switch {
	case reference.IsAttribute && m.fresh[reference.Name]:
		entity += "." + reference.Attribute
		d.ChangeSource, d.Evaluation = types.ChangeSourceResourceAttribute, types.EvaluationTypeDynamic
	case m.fresh[reference.Name]:
		d.ChangeSource = types.ChangeSourceResourceReference
	case m.parameterChanged(reference.Name):
		d.ChangeSource = types.ChangeSourceParameterReference
	default:
		return false
	}
	d.CausingEntity = &entity
	return true
}

func (m *modification) parameterChanged(name string) bool {
	_, declared := m.after.Template.Parameters[name]
	return declared && m.before != nil &&
		template.Canonical(m.before.Parameters[name]) != template.Canonical(m.after.Parameters[name])
}

// attributesOfModified adds the properties that use an attribute of a resource
// that changes in place: CloudFormation does not know before whether it changes.
func (m *modification) attributesOfModified(changed []string) {
	r := m.after.Template.Resources[m.id]
	for _, name := range sortedKeys(r.Properties) {
		if slices.Contains(changed, name) {
			continue
		}
		for _, reference := range template.References(r.Properties[name]) {
			if !reference.IsAttribute || !m.modified[reference.Name] || m.fresh[reference.Name] {
				continue
			}
			v := m.shown(m.after, name, m.wanted.Properties)
			recreation := m.recreation(name)
			if recreation == types.RequiresRecreationAlways {
				recreation = types.RequiresRecreationConditionally
			}
			d := m.add(types.ResourceAttributeProperties, name, recreation, v, v)
			d.ChangeSource, d.Evaluation = types.ChangeSourceResourceAttribute, types.EvaluationTypeDynamic
			d.CausingEntity = new(reference.Name + "." + reference.Attribute)
			break
		}
	}
}

// replacement sums the details up.
func (m *modification) replacement() types.Replacement {
	result := types.ReplacementFalse
	for _, d := range m.details {
		certain := d.Evaluation == types.EvaluationTypeStatic
		switch d.Target.RequiresRecreation {
		case types.RequiresRecreationAlways:
			if certain {
				return types.ReplacementTrue
			}
			result = types.ReplacementConditional
		case types.RequiresRecreationConditionally:
			result = types.ReplacementConditional
		}
	}
	return result
}

// scope lists the attributes that change, each once.
func (m *modification) scope() []types.ResourceAttribute {
	var list []types.ResourceAttribute
	for _, d := range m.details {
		if !slices.Contains(list, d.Target.Attribute) {
			list = append(list, d.Target.Attribute)
		}
	}
	return list
}
