package secretsmanager

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// policyProperties are the properties of AWS::SecretsManager::ResourcePolicy.
type policyProperties struct {
	SecretId          string `cfn:"required"` //nolint:revive // the property's own name
	ResourcePolicy    any    `cfn:"required"`
	BlockPublicPolicy *bool
}

func (s *Service) resourcePolicyType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::SecretsManager::ResourcePolicy", CreateOnly: []string{"SecretId"},
		WriteOnly: []string{"BlockPublicPolicy"}, Attributes: []string{"Id"},
		Times: resource.Times{Create: 5 * time.Second, Update: 5 * time.Second, Delete: 5 * time.Second},
	}, resource.Steps[policyProperties]{
		Create: s.putPolicyResource, Update: s.putPolicyResource, Delete: s.deletePolicyResource, Read: s.readPolicyResource,
	})
}

func (s *Service) putPolicyResource(ctx context.Context, _ resource.Request, p *policyProperties) (resource.Result, error) {
	out, err := s.PutResourcePolicy(ctx, &secretsmanager.PutResourcePolicyInput{
		SecretId: &p.SecretId, ResourcePolicy: new(resource.Document(p.ResourcePolicy)), BlockPublicPolicy: p.BlockPublicPolicy,
	})
	if err != nil {
		return resource.Result{}, err
	}
	return result(*out.ARN), nil
}

func (s *Service) deletePolicyResource(ctx context.Context, r resource.Request, _ *policyProperties) error {
	_, err := s.DeleteResourcePolicy(ctx, &secretsmanager.DeleteResourcePolicyInput{SecretId: &r.PhysicalID})
	return err
}

func (s *Service) readPolicyResource(_ context.Context, physicalID string) (*policyProperties, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.live(&physicalID)
	if err != nil || sec.Policy == "" {
		return nil, false
	}
	return &policyProperties{SecretId: sec.ARN, ResourcePolicy: resource.Parsed(sec.Policy)}, true
}
