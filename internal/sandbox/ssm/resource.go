package ssm

import (
	"context"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// properties are those of AWS::SSM::Parameter.
type properties struct {
	Name           *string
	Type           string `cfn:"required"`
	Value          string `cfn:"required"`
	AllowedPattern *string
	DataType       *string
	Description    *string
	Policies       *string
	Tier           *string
	Tags           map[string]string
}

// Resources gives AWS::SSM::Parameter.
func (s *Service) Resources() []resource.Type {
	return []resource.Type{resource.Typed(resource.Type{
		Name:         "AWS::SSM::Parameter",
		NameProperty: "Name",
		CreateOnly:   []string{"Name"},
		Attributes:   []string{"Type", "Value"},
		Times:        resource.Times{Create: 2 * time.Second, Update: 2 * time.Second, Delete: 2 * time.Second},
	}, resource.Steps[properties]{
		Create: func(ctx context.Context, r resource.Request, p *properties) (resource.Result, error) {
			name := aws.ToString(p.Name)
			if name == "" {
				name = "CFN-" + r.GeneratedName(250)
			}
			return s.apply(ctx, r, name, false, p)
		},
		Update: func(ctx context.Context, r resource.Request, p *properties) (resource.Result, error) {
			return s.apply(ctx, r, r.PhysicalID, true, p)
		},
		Delete: func(ctx context.Context, r resource.Request, _ *properties) error {
			_, err := s.DeleteParameter(ctx, &ssm.DeleteParameterInput{Name: &r.PhysicalID})
			return err
		},
		Read: func(_ context.Context, id string) (*properties, bool) { return s.read(id) },
	})}
}

func (s *Service) apply(ctx context.Context, r resource.Request, name string, overwrite bool, p *properties) (resource.Result, error) {
	if p.Type == string(types.ParameterTypeSecureString) {
		return resource.Result{}, &resource.Error{Code: "InvalidRequest", Message: "AWS::SSM::Parameter does not support the SecureString type"}
	}
	in := &ssm.PutParameterInput{
		Name: &name, Type: types.ParameterType(p.Type), Value: &p.Value, Overwrite: &overwrite, AllowedPattern: p.AllowedPattern,
		DataType: p.DataType, Description: p.Description, Policies: p.Policies, Tier: types.ParameterTier(aws.ToString(p.Tier)),
	}
	if _, err := s.PutParameter(ctx, in); err != nil {
		return resource.Result{}, err
	}
	tags := maps.Clone(r.Tags)
	if tags == nil {
		tags = map[string]string{}
	}
	maps.Copy(tags, p.Tags)
	kind := types.ResourceTypeForTaggingParameter
	err := s.retag(kind, &name, func(have map[string]string) { clear(have); maps.Copy(have, tags) })
	return resource.Result{PhysicalID: name, Attributes: map[string]any{"Type": p.Type, "Value": p.Value}}, err
}

// read gives the live properties. Tags are left out: the stack's own are among
// them.
func (s *Service) read(name string) (*properties, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.parameters.Get(name)
	if !ok {
		return nil, false
	}
	v := p.current()
	return &properties{
		Name: &p.Name, Type: v.Type, Value: v.Value, AllowedPattern: v.AllowedPattern, DataType: &v.DataType,
		Description: v.Description, Policies: v.Policies, Tier: &v.Tier,
	}, true
}
