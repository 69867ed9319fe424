package cloudformation

import (
	"context"
	"slices"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/cloudformation/template"
)

// GetTemplate gives a stack's or a change set's template as it was sent.
func (s *Service) GetTemplate(_ context.Context, in *cfn.GetTemplateInput) (*cfn.GetTemplateOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body string
	if in.ChangeSetName != nil {
		c, err := s.changeSet(in.ChangeSetName, in.StackName)
		if err != nil {
			return nil, err
		}
		body = c.Target.Template
	} else {
		st, ok := s.db.stackNamed(value(in.StackName))
		if !ok {
			return nil, noStack(value(in.StackName))
		}
		if st.Current != nil {
			body = st.Current.Template
		}
	}
	return &cfn.GetTemplateOutput{
		TemplateBody: &body, StagesAvailable: []types.TemplateStage{types.TemplateStageOriginal, types.TemplateStageProcessed},
	}, nil
}

// templateIn fetches and parses the template of a request, or a stack's.
func (s *Service) templateIn(ctx context.Context, inline, address, stack *string) (*template.Template, error) {
	if stack != nil {
		got, err := s.GetTemplate(ctx, &cfn.GetTemplateInput{StackName: stack})
		if err != nil {
			return nil, err
		}
		inline = got.TemplateBody
	}
	body, err := s.body(ctx, inline, address, nil, nil)
	if err != nil {
		return nil, err
	}
	t, err := template.Parse(body)
	if err != nil {
		return nil, refusal(err)
	}
	return t, nil
}

// ValidateTemplate checks a template and tells its parameters and capabilities.
func (s *Service) ValidateTemplate(ctx context.Context, in *cfn.ValidateTemplateInput) (*cfn.ValidateTemplateOutput, error) {
	t, err := s.templateIn(ctx, in.TemplateBody, in.TemplateURL, nil)
	if err == nil {
		err = refusal(t.Validate(s.knows))
	}
	if err != nil {
		return nil, err
	}
	out := &cfn.ValidateTemplateOutput{
		Description: &t.Description, DeclaredTransforms: t.Transforms, Parameters: []types.TemplateParameter{},
	}
	for _, name := range sortedKeys(t.Parameters) {
		p := t.Parameters[name]
		out.Parameters = append(out.Parameters, types.TemplateParameter{
			ParameterKey: &name, DefaultValue: p.Default, Description: optional(p.Description), NoEcho: &p.NoEcho,
		})
	}
	out.Capabilities, out.CapabilitiesReason = capabilities(t)
	return out, nil
}

func (s *Service) knows(typeName string) bool {
	_, ok := s.types[typeName]
	return ok
}

func capabilities(t *template.Template) ([]types.Capability, *string) {
	name, reason := t.Capability()
	if name == "" {
		return nil, nil
	}
	return []types.Capability{types.Capability(name)},
		new("The following resource(s) require capabilities: [" + joined(reason) + "]")
}

// GetTemplateSummary tells what a template declares.
func (s *Service) GetTemplateSummary(ctx context.Context, in *cfn.GetTemplateSummaryInput) (*cfn.GetTemplateSummaryOutput, error) {
	t, err := s.templateIn(ctx, in.TemplateBody, in.TemplateURL, in.StackName)
	if err != nil {
		return nil, err
	}
	out := &cfn.GetTemplateSummaryOutput{
		Description: optional(t.Description), Version: optional(t.Version), DeclaredTransforms: t.Transforms,
		Parameters: []types.ParameterDeclaration{},
	}
	if t.Metadata != nil {
		out.Metadata = new(template.Canonical(t.Metadata))
	}
	for _, name := range sortedKeys(t.Parameters) {
		p := t.Parameters[name]
		out.Parameters = append(out.Parameters, types.ParameterDeclaration{
			ParameterKey: &name, ParameterType: &p.Type, DefaultValue: p.Default, Description: optional(p.Description),
			NoEcho: &p.NoEcho, ParameterConstraints: &types.ParameterConstraints{AllowedValues: p.AllowedValues},
		})
	}
	for _, id := range sortedKeys(t.Resources) {
		if name := t.Resources[id].Type; !slices.Contains(out.ResourceTypes, name) {
			out.ResourceTypes = append(out.ResourceTypes, name)
		}
	}
	out.ResourceIdentifierSummaries = s.identifiers(t)
	out.Capabilities, out.CapabilitiesReason = capabilities(t)
	if warnings := s.unrecognized(out.ResourceTypes, in); len(warnings) > 0 {
		out.Warnings = &types.Warnings{UnrecognizedResourceTypes: warnings}
	}
	return out, nil
}

func (s *Service) unrecognized(names []string, in *cfn.GetTemplateSummaryInput) []string {
	if in.TemplateSummaryConfig == nil || !value(in.TemplateSummaryConfig.TreatUnrecognizedResourceTypesAsWarnings) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(names), s.knows)
}

// identifiers tells by which property the resources of each type are known.
func (s *Service) identifiers(t *template.Template) []types.ResourceIdentifierSummary {
	byType := map[string][]string{}
	for _, id := range sortedKeys(t.Resources) {
		name := t.Resources[id].Type
		byType[name] = append(byType[name], id)
	}
	var list []types.ResourceIdentifierSummary
	for _, name := range sortedKeys(byType) {
		if property := s.types[name].NameProperty; property != "" {
			list = append(list, types.ResourceIdentifierSummary{
				ResourceType: &name, LogicalResourceIds: byType[name], ResourceIdentifiers: []string{property},
			})
		}
	}
	return list
}
