package cloudformation

import (
	"maps"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"
	"github.com/keyvex/keyvex/internal/sandbox/cloudformation/template"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// blueprint is a definition made ready for work: the parsed template and the
// scope its functions are evaluated in.
type blueprint struct {
	*template.Scope
	definition *Definition
	stack      Stack
}

// blueprint parses a definition that was found good before. Resources and
// attributes come from the stack's live ones.
func (s *Service) blueprint(st Stack, d *Definition) (*blueprint, error) {
	t, err := template.Parse(d.Template)
	if err != nil {
		return nil, err
	}
	b := &blueprint{definition: d, stack: st}
	b.Scope = &template.Scope{
		Template: t, Parameters: s.pseudoParameters(st, d),
		Resource:  func(id string) (any, error) { return s.liveRef(st.ID, id) },
		Attribute: func(id, name string) (any, error) { return s.liveAttribute(st.ID, id, name) },
		Import:    func(name string) (any, error) { return s.importValue(name) },
		Zones:     s.zones,
		Localize:  s.localize,
	}
	for _, v := range d.Parameters {
		text := v.Value
		if v.Resolved != nil {
			text = *v.Resolved
		}
		b.Parameters[v.Key] = t.Parameters[v.Key].Resolved(text)
	}
	// Conditions are decided here, by the real values of NoEcho parameters.
	for name := range t.Conditions {
		if _, err := b.Holds(name); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (s *Service) pseudoParameters(st Stack, d *Definition) map[string]any {
	topics := []any{}
	for _, arn := range d.NotificationARNs {
		topics = append(topics, arn)
	}
	return map[string]any{
		"AWS::AccountId": s.host.Account, "AWS::Region": s.host.Region, "AWS::Partition": "aws",
		"AWS::URLSuffix": "amazonaws.com", "AWS::StackName": st.Name, "AWS::StackId": st.ID,
		"AWS::NotificationARNs": topics,
	}
}

// executeAPI is the address of an API's data plane.
var executeAPI = lazy.Regexp(`^(https|wss)://([a-z0-9]+)\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(/.*)?$`)

// localize turns the address of an API of this region into the one that answers:
// nobody resolves AWS's host names to this machine.
func (s *Service) localize(text string) string {
	found := executeAPI().FindStringSubmatch(text)
	switch {
	case found == nil || found[3] != s.host.Region:
		return text
	case found[1] == "wss":
		return s.host.WebSocketAPI(found[2]) + found[4]
	}
	return s.host.ExecuteAPI(found[2]) + found[4]
}

func (s *Service) zones(region string) []string {
	if s.lookups.Zones == nil {
		return nil
	}
	return s.lookups.Zones(region)
}

// masked is the blueprint as events and change sets show it: NoEcho parameters
// are asterisks.
func (b *blueprint) masked() *template.Scope {
	scope := *b.Scope
	scope.Parameters = maps.Clone(b.Parameters)
	for name, p := range b.Template.Parameters {
		if p.NoEcho {
			scope.Parameters[name] = noEcho
		}
	}
	return &scope
}

const noEcho = "****"

func (s *Service) liveRef(stackID, id string) (any, error) {
	res, ok := s.db.resources.get(stackID, id)
	if !ok || res.Live.PhysicalID == "" {
		return nil, &template.Error{Message: "Template format error: Unresolved resource dependencies [" + id + "] in the Resources block of the template"}
	}
	return res.Live.PhysicalID, nil
}

func (s *Service) liveAttribute(stackID, id, name string) (any, error) {
	res, ok := s.db.resources.get(stackID, id)
	if !ok || res.Live.PhysicalID == "" {
		return nil, &template.Error{Message: "Template error: instance of Fn::GetAtt references undefined resource " + id}
	}
	if v, ok := attribute(res.Live.Attributes, name); ok {
		return v, nil
	}
	return nil, &template.Error{Message: "Template error: resource " + id + " does not support attribute type " + name + " in Fn::GetAtt"}
}

// attribute finds a dotted name among flat keys and inside objects.
func attribute(attributes map[string]any, name string) (any, bool) {
	if v, ok := attributes[name]; ok {
		return v, true
	}
	head, rest, dotted := strings.Cut(name, ".")
	inner, ok := attributes[head].(map[string]any)
	if !dotted || !ok {
		return nil, false
	}
	return attribute(inner, rest)
}

// wanted gives what a resource should be, and its properties as events show them.
func (b *blueprint) wanted(id string, dependsOn []string) (Incarnation, string, error) {
	r := b.Template.Resources[id]
	w := Incarnation{
		Type: r.Type, DependsOn: dependsOn, DeletionPolicy: r.DeletionPolicy,
		UpdateReplacePolicy: r.UpdateReplacePolicy, Metadata: r.Metadata, Tags: b.tags(),
	}
	var err error
	if w.Properties, err = b.Properties(r); err != nil {
		return w, "", err
	}
	shown, err := b.masked().Properties(r)
	return w, template.Canonical(shown), err
}

// tags are the stack's own; CloudFormation's are added on the way to the service.
func (b *blueprint) tags() map[string]string {
	tags := map[string]string{}
	for _, tag := range b.definition.Tags {
		tags[*tag.Key] = *tag.Value
	}
	return tags
}
