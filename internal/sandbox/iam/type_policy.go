package iam

import (
	"context"
	"slices"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// policyProperties declare one inline policy on several roles and users.
type policyProperties struct {
	Groups         []string
	PolicyDocument any    `cfn:"required"`
	PolicyName     string `cfn:"required"`
	Roles          []string
	Users          []string
}

func (s *Service) policyType() resource.Type {
	return resource.Typed(resource.Type{
		Name:       "AWS::IAM::Policy",
		Attributes: []string{"Id"},
		Times:      resource.Times{Create: resource.Seconds(15), Update: resource.Seconds(15), Delete: resource.Seconds(2)},
	}, resource.Steps[policyProperties]{
		Create: func(_ context.Context, r resource.Request, p *policyProperties) (resource.Result, error) {
			return s.putPolicyResource(r.GeneratedName(64), p)
		},
		Update: func(_ context.Context, r resource.Request, p *policyProperties) (resource.Result, error) {
			return s.putPolicyResource(r.PhysicalID, p)
		},
		Delete: s.deletePolicyResource,
		Read: func(_ context.Context, id string) (*policyProperties, bool) {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.livePolicy(id)
		},
	})
}

func (s *Service) putPolicyResource(id string, p *policyProperties) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := p.check(); err != nil {
		return resource.Result{}, err
	}
	previous, _ := s.declared.Get(id)
	for _, h := range p.holders(s) {
		if err := h.kind.putInline(&h.name, &p.PolicyName, new(resource.Document(p.PolicyDocument))); err != nil {
			return resource.Result{}, err
		}
	}
	for _, h := range previous.holders(s) {
		if previous.PolicyName == p.PolicyName && slices.Contains(p.holders(s), h) {
			continue
		}
		if err := h.kind.deleteInline(&h.name, &previous.PolicyName); err != nil && !gone(err) {
			return resource.Result{}, err
		}
	}
	s.declared.Set(id, *p)
	return resource.Result{PhysicalID: id, Attributes: map[string]any{"Id": id}}, nil
}

// check refuses a policy on nothing, and one on groups, of which there are none.
func (p *policyProperties) check() error {
	if len(p.Groups) > 0 {
		return noSuchEntity("The group with name %s cannot be found.", p.Groups[0])
	}
	if len(p.Roles)+len(p.Users) == 0 {
		return &resource.Error{Code: "InvalidRequest", Message: "At least one of [Groups,Roles,Users] must be non-empty."}
	}
	return nil
}

// holder is where a declared policy hangs.
type holder struct {
	kind *kind
	name string
}

func (p *policyProperties) holders(s *Service) []holder {
	var out []holder
	for _, name := range p.Roles {
		out = append(out, holder{s.roles, name})
	}
	for _, name := range p.Users {
		out = append(out, holder{s.users, name})
	}
	return out
}

func (s *Service) deletePolicyResource(_ context.Context, r resource.Request, _ *policyProperties) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, _ := s.declared.Get(r.PhysicalID)
	for _, h := range p.holders(s) {
		if err := h.kind.deleteInline(&h.name, &p.PolicyName); err != nil && !gone(err) {
			return err
		}
	}
	s.declared.Delete(r.PhysicalID)
	return nil
}

// livePolicy is a declared policy as it stands on its holders now: one whose
// inline policy was removed from a role shows that role no longer.
func (s *Service) livePolicy(id string) (*policyProperties, bool) {
	declared, ok := s.declared.Get(id)
	if !ok {
		return nil, false
	}
	live := policyProperties{PolicyName: declared.PolicyName, Roles: []string{}}
	for _, h := range declared.holders(s) {
		document, err := h.kind.inline(&h.name, &declared.PolicyName)
		if err != nil {
			continue
		}
		live.PolicyDocument = resource.Parsed(document)
		if h.kind == s.roles {
			live.Roles = append(live.Roles, h.name)
		} else {
			live.Users = append(live.Users, h.name)
		}
	}
	return &live, len(live.Roles)+len(live.Users) > 0
}
