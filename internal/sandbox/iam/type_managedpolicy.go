package iam

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type managedPolicyProperties struct {
	policyHolders
	Description       *string
	ManagedPolicyName *string
	Path              *string
	PolicyDocument    any `cfn:"required"`
}

type policyHolders struct{ Groups, Roles, Users []string }

func (s *Service) managedPolicyType() resource.Type {
	return resource.Typed(resource.Type{
		Name:         "AWS::IAM::ManagedPolicy",
		NameProperty: "ManagedPolicyName",
		CreateOnly:   []string{"ManagedPolicyName", "Description", "Path"},
		Attributes: []string{"PolicyArn", "PolicyId", "AttachmentCount", "CreateDate", "DefaultVersionId",
			"IsAttachable", "PermissionsBoundaryUsageCount", "UpdateDate"},
		Times: resource.Times{Create: resource.Seconds(12), Update: resource.Seconds(12), Delete: resource.Seconds(2)},
	}, resource.Steps[managedPolicyProperties]{
		Create: s.createManagedPolicyResource,
		Update: s.updateManagedPolicyResource,
		Delete: s.deleteManagedPolicyResource,
		Read:   s.readManagedPolicyResource,
		Find: func(_ context.Context, p *managedPolicyProperties) (resource.Result, bool) {
			s.mu.Lock()
			defer s.mu.Unlock()
			path := "/"
			if p.Path != nil {
				path = *p.Path
			}
			found, ok := s.policies.Get(s.host.GlobalARN("iam", "policy"+path+value(p.ManagedPolicyName)))
			return s.policyResult(found), ok
		},
	})
}

func (s *Service) createManagedPolicyResource(ctx context.Context, r resource.Request, p *managedPolicyProperties) (resource.Result, error) {
	name := p.ManagedPolicyName
	if name == nil {
		name = new(r.GeneratedName(128))
	}
	out, err := s.CreatePolicy(ctx, &iam.CreatePolicyInput{
		PolicyName: name, Path: p.Path, Description: p.Description, PolicyDocument: new(resource.Document(p.PolicyDocument)),
	})
	if err != nil {
		return resource.Result{}, err
	}
	return s.hold(*out.Policy.Arn, p.policyHolders, policyHolders{})
}

func (s *Service) updateManagedPolicyResource(_ context.Context, r resource.Request, p *managedPolicyProperties) (resource.Result, error) {
	if err := s.replaceDocument(r.PhysicalID, resource.Document(p.PolicyDocument)); err != nil {
		return resource.Result{}, err
	}
	return s.hold(r.PhysicalID, p.policyHolders, before[managedPolicyProperties](r).policyHolders)
}

// replaceDocument makes a version of a changed document, and room for it.
func (s *Service) replaceDocument(arn, document string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.findPolicy(&arn)
	if err != nil {
		return err
	}
	if inForce, err := p.version(p.Default); err == nil && inForce.Document == document {
		return nil
	}
	if err := checkDocument(document); err != nil {
		return err
	}
	if len(p.Versions) >= mostVersions {
		oldest := p.Versions[0].ID
		if oldest == p.Default {
			oldest = p.Versions[1].ID
		}
		p = p.withoutVersion(oldest)
	}
	s.policies.Set(arn, p.withVersion(document, s.now()))
	return nil
}

// hold attaches the policy to what now names and detaches it from what only
// before named.
func (s *Service) hold(arn string, now, before policyHolders) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(now.Groups) > 0 {
		return resource.Result{}, noSuchEntity("The group with name %s cannot be found.", now.Groups[0])
	}
	wanted := map[holder]bool{}
	for _, h := range (&policyProperties{Roles: now.Roles, Users: now.Users}).holders(s) {
		wanted[h] = true
		if err := s.attach(h.kind, &h.name, &arn); err != nil {
			return resource.Result{}, err
		}
	}
	for _, h := range (&policyProperties{Roles: before.Roles, Users: before.Users}).holders(s) {
		if wanted[h] {
			continue
		}
		if err := s.detach(h.kind, &h.name, &arn); err != nil && !gone(err) {
			return resource.Result{}, err
		}
	}
	p, err := s.findPolicy(&arn)
	if err != nil {
		return resource.Result{}, err
	}
	return s.policyResult(p), nil
}

func (s *Service) policyResult(p managedPolicy) resource.Result {
	shown := s.shown(p)
	return resource.Result{PhysicalID: p.ARN, Attributes: map[string]any{
		"PolicyArn": p.ARN, "PolicyId": p.ID, "AttachmentCount": float64(*shown.AttachmentCount), "IsAttachable": true,
		"CreateDate": p.Created.Format(time.RFC3339), "UpdateDate": p.Updated.Format(time.RFC3339),
		"DefaultVersionId": p.Default, "PermissionsBoundaryUsageCount": 0.0,
	}}
}

func (s *Service) deleteManagedPolicyResource(ctx context.Context, r resource.Request, p *managedPolicyProperties) error {
	if _, err := s.hold(r.PhysicalID, policyHolders{}, p.policyHolders); err != nil {
		return err
	}
	s.mu.Lock()
	if held, ok := s.policies.Get(r.PhysicalID); ok {
		for _, v := range held.Versions {
			if v.ID != held.Default {
				held = held.withoutVersion(v.ID)
			}
		}
		s.policies.Set(r.PhysicalID, held)
	}
	s.mu.Unlock()
	_, err := s.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: &r.PhysicalID})
	return err
}

func (s *Service) readManagedPolicyResource(_ context.Context, arn string) (*managedPolicyProperties, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.policies.Get(arn)
	if !ok {
		return nil, false
	}
	inForce, _ := p.version(p.Default)
	live := &managedPolicyProperties{
		Description: p.Description, ManagedPolicyName: &p.Name, Path: &p.Path, PolicyDocument: resource.Parsed(inForce.Document),
	}
	roles, users := s.holders(arn)
	for _, role := range roles {
		live.Roles = append(live.Roles, role.Name)
	}
	for _, user := range users {
		live.Users = append(live.Users, user.Name)
	}
	return live, true
}
