package sns

import (
	"context"
	"slices"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// policyProperties are the properties of AWS::SNS::TopicPolicy.
type policyProperties struct {
	PolicyDocument any      `cfn:"required"`
	Topics         []string `cfn:"required"`
}

// attachedPolicy is a policy that CloudFormation put on topics: SNS itself knows
// the topics' Policy attributes alone.
type attachedPolicy struct{ Topics []string }

func (s *Service) topicPolicyType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::SNS::TopicPolicy", Attributes: []string{"Id"},
		Times: resource.Times{Create: 5 * time.Second, Update: 5 * time.Second, Delete: 5 * time.Second},
	}, resource.Steps[policyProperties]{
		Create: func(ctx context.Context, r resource.Request, p *policyProperties) (resource.Result, error) {
			r.PhysicalID = r.GeneratedName(128)
			return s.putPolicy(ctx, r, p)
		},
		Update: s.putPolicy, Delete: s.deletePolicy, Read: s.readPolicy,
	})
}

func (s *Service) putPolicy(_ context.Context, r resource.Request, p *policyProperties) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	document := resource.Document(p.PolicyDocument)
	for _, arn := range p.Topics {
		t, err := s.find(&arn)
		if err == nil {
			err = checkAttribute("Policy", document, onSet)
		}
		if err != nil {
			return resource.Result{}, err
		}
		s.setAttribute(t, "Policy", document)
	}
	before, _ := s.policies.Get(r.PhysicalID)
	s.clearPolicy(slices.DeleteFunc(slices.Clone(before.Topics), func(arn string) bool { return slices.Contains(p.Topics, arn) }))
	s.policies.Set(r.PhysicalID, attachedPolicy{Topics: p.Topics})
	return resource.Result{PhysicalID: r.PhysicalID, Attributes: map[string]any{"Id": r.PhysicalID}}, nil
}

func (s *Service) deletePolicy(_ context.Context, r resource.Request, _ *policyProperties) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, _ := s.policies.Get(r.PhysicalID)
	s.clearPolicy(record.Topics)
	s.policies.Delete(r.PhysicalID)
	return nil
}

func (s *Service) clearPolicy(arns []string) {
	for _, arn := range arns {
		if t, err := s.find(&arn); err == nil {
			s.setAttribute(t, "Policy", "")
		}
	}
}

// readPolicy finds the resource as long as one of its topics bears a policy.
func (s *Service) readPolicy(_ context.Context, physicalID string) (*policyProperties, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, _ := s.policies.Get(physicalID)
	p := &policyProperties{}
	for _, arn := range record.Topics {
		if t, err := s.find(&arn); err == nil && t.Attributes["Policy"] != "" {
			p.Topics = append(p.Topics, arn)
			p.PolicyDocument = resource.Parsed(t.Attributes["Policy"])
		}
	}
	return p, len(p.Topics) > 0
}
