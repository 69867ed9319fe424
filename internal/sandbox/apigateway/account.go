package apigateway

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/keyvex/keyvex/internal/sandbox/alike"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// accountProperties are the account's settings in this region.
type accountProperties struct {
	CloudWatchRoleArn *string
}

const theAccount = "account"

// LogsRole is the role with which API Gateway writes logs, empty for none.
func (s *Service) LogsRole() string { return s.logsRole() }

func (s *Service) logsRole() string {
	a, _ := s.account.Get(theAccount)
	return value(a.CloudWatchRoleArn)
}

func (s *Service) setLogsRole(arn *string) error {
	if value(arn) != "" && !s.siblings.Roles.RoleExists(*arn) {
		return badRequest("The role ARN does not have required permissions configured. Please grant trust permission for API Gateway and add the required role policy.")
	}
	s.account.Set(theAccount, accountProperties{CloudWatchRoleArn: arn})
	return nil
}

// GetAccount shows the account's settings.
func (s *Service) GetAccount(context.Context, *apigateway.GetAccountInput) (*apigateway.GetAccountOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &apigateway.GetAccountOutput{
		ApiKeyVersion: new("4"), Features: []string{"UsagePlans"},
		ThrottleSettings: &types.ThrottleSettings{BurstLimit: 5000, RateLimit: 10000},
	}
	if role := s.logsRole(); role != "" {
		out.CloudwatchRoleArn = &role
	}
	return out, nil
}

// UpdateAccount changes the account's settings, of which there is one.
func (s *Service) UpdateAccount(ctx context.Context, in *apigateway.UpdateAccountInput) (*apigateway.UpdateAccountOutput, error) {
	if err := s.patchAccount(in.PatchOperations); err != nil {
		return nil, err
	}
	now, err := s.GetAccount(ctx, &apigateway.GetAccountInput{})
	if err != nil {
		return nil, err
	}
	return new(alike.As[apigateway.UpdateAccountOutput](now)), nil
}

func (s *Service) patchAccount(operations []types.PatchOperation) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range operations {
		if value(o.Path) != "/cloudwatchRoleArn" {
			return badRequest("Invalid patch path  '%s' specified for op '%s'. Must be one of: [/cloudwatchRoleArn]", value(o.Path), o.Op)
		}
		to := o.Value
		if o.Op == types.OpRemove {
			to = nil
		}
		if err := s.setLogsRole(to); err != nil {
			return err
		}
	}
	return nil
}

// accountType sets the account's settings; its deletion leaves them, as in AWS.
func (s *Service) accountType() resource.Type {
	set := func(p *accountProperties) (resource.Result, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		id := s.host.Account + "-" + s.host.Region
		return resource.Result{PhysicalID: id, Attributes: map[string]any{"Id": id}}, s.setLogsRole(p.CloudWatchRoleArn)
	}
	return resource.Typed(resource.Type{
		Name: "AWS::ApiGateway::Account", Attributes: []string{"Id"}, Times: resource.Times{Create: resource.Seconds(10), Update: resource.Seconds(10), Delete: resource.Seconds(1)},
	}, resource.Steps[accountProperties]{
		Create: func(_ context.Context, _ resource.Request, p *accountProperties) (resource.Result, error) {
			return set(p)
		},
		Update: func(_ context.Context, _ resource.Request, p *accountProperties) (resource.Result, error) {
			return set(p)
		},
		Delete: func(context.Context, resource.Request, *accountProperties) error { return nil },
		Read: func(context.Context, string) (*accountProperties, bool) {
			a, ok := s.account.Get(theAccount)
			return &a, ok
		},
	})
}
