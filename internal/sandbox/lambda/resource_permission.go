package lambda

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// permissionProperties are the properties of AWS::Lambda::Permission.
type permissionProperties struct {
	Action                *string `cfn:"required"`
	EventSourceToken      *string
	FunctionName          *string                   `cfn:"required"`
	FunctionURLAuthType   types.FunctionUrlAuthType `json:"FunctionUrlAuthType"`
	InvokedViaFunctionURL *bool                     `json:"InvokedViaFunctionUrl"`
	Principal             *string                   `cfn:"required"`
	PrincipalOrgID        *string
	SourceAccount         *string
	SourceArn             *string
}

func (s *Service) permissionType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::Lambda::Permission",
		CreateOnly: []string{
			"Action", "EventSourceToken", "FunctionName", "FunctionUrlAuthType", "InvokedViaFunctionUrl", "Principal", "PrincipalOrgID",
			"SourceAccount", "SourceArn",
		},
		Attributes: []string{"Id"}, Times: resource.Times{Create: 5 * time.Second, Delete: 5 * time.Second},
	}, resource.Steps[permissionProperties]{Create: s.createPermission, Delete: s.deletePermission, Read: s.readPermission})
}

func (s *Service) createPermission(ctx context.Context, r resource.Request, p *permissionProperties) (resource.Result, error) {
	in := &lambda.AddPermissionInput{StatementId: new(r.GeneratedName(100)), FunctionUrlAuthType: p.FunctionURLAuthType}
	copyFields(in, p)
	in.InvokedViaFunctionUrl = p.InvokedViaFunctionURL
	if _, err := s.AddPermission(ctx, in); err != nil {
		return resource.Result{}, err
	}
	return resource.Result{PhysicalID: *in.StatementId, Attributes: map[string]any{"Id": *in.StatementId}}, nil
}

func (s *Service) deletePermission(ctx context.Context, r resource.Request, p *permissionProperties) error {
	_, err := s.RemovePermission(ctx, &lambda.RemovePermissionInput{FunctionName: p.FunctionName, StatementId: &r.PhysicalID})
	return err
}

// readPermission looks for the statement in all functions: its id is made up by
// CloudFormation and so the only one of its kind.
func (s *Service) readPermission(_ context.Context, physicalID string) (*permissionProperties, bool) {
	for _, f := range s.functions.All() {
		for _, known := range f.Policy {
			if known.Sid == physicalID {
				return known.properties(), true
			}
		}
	}
	return nil, false
}

func (s statement) properties() *permissionProperties {
	condition := func(operator, key string) *string {
		if value, ok := s.Condition[operator][key]; ok {
			return &value
		}
		return nil
	}
	return &permissionProperties{
		Action: &s.Action, FunctionName: &s.Resource, Principal: new(s.principalText()),
		SourceArn: condition("ArnLike", "AWS:SourceArn"), SourceAccount: condition("StringEquals", "AWS:SourceAccount"),
		PrincipalOrgID:      condition("StringEquals", "aws:PrincipalOrgID"),
		EventSourceToken:    condition("StringEquals", "lambda:EventSourceToken"),
		FunctionURLAuthType: types.FunctionUrlAuthType(aws.ToString(condition("StringEquals", "lambda:FunctionUrlAuthType"))),
	}
}

// principalText is what principal made the statement's Principal of. A record that
// was read back from the state has another Go type of map.
func (s statement) principalText() string {
	switch p := s.Principal.(type) {
	case string:
		return p
	case map[string]string:
		return p["Service"] + p["AWS"]
	case map[string]any:
		service, _ := p["Service"].(string)
		account, _ := p["AWS"].(string)
		return service + account
	}
	return ""
}
