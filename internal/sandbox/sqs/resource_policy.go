package sqs

import (
	"context"
	"slices"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// policyProperties are the properties of AWS::SQS::QueuePolicy.
type policyProperties struct {
	PolicyDocument any      `cfn:"required"`
	Queues         []string `cfn:"required"`
}

// attachedPolicy is a policy that CloudFormation put on queues: SQS itself knows
// the queues' Policy attributes alone.
type attachedPolicy struct{ Queues []string }

func (s *Service) queuePolicyType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::SQS::QueuePolicy", Attributes: []string{"Id"},
		Times: resource.Times{Create: 5 * time.Second, Update: 5 * time.Second, Delete: 5 * time.Second},
	}, resource.Steps[policyProperties]{
		Create: s.createPolicy, Update: s.updatePolicy, Delete: s.deletePolicy, Read: s.readPolicy,
	})
}

func (s *Service) createPolicy(ctx context.Context, r resource.Request, p *policyProperties) (resource.Result, error) {
	r.PhysicalID = r.GeneratedName(128)
	return s.updatePolicy(ctx, r, p)
}

func (s *Service) updatePolicy(_ context.Context, r resource.Request, p *policyProperties) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, _ := s.policies.Get(r.PhysicalID)
	document := map[string]string{"Policy": resource.Document(p.PolicyDocument)}
	for _, url := range p.Queues {
		q, err := s.find(&url)
		if err == nil {
			err = s.checkAttributes(q, document, onSet)
		}
		if err != nil {
			return resource.Result{}, err
		}
		s.setAttributes(q, document)
	}
	gone := slices.DeleteFunc(slices.Clone(before.Queues), func(url string) bool { return slices.Contains(p.Queues, url) })
	s.clearPolicy(gone)
	s.policies.Set(r.PhysicalID, attachedPolicy{Queues: p.Queues})
	return resource.Result{PhysicalID: r.PhysicalID, Attributes: map[string]any{"Id": r.PhysicalID}}, nil
}

func (s *Service) deletePolicy(_ context.Context, r resource.Request, _ *policyProperties) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, _ := s.policies.Get(r.PhysicalID)
	s.clearPolicy(record.Queues)
	s.policies.Delete(r.PhysicalID)
	return nil
}

func (s *Service) clearPolicy(urls []string) {
	for _, url := range urls {
		if q, err := s.find(&url); err == nil {
			s.setAttributes(q, map[string]string{"Policy": ""})
		}
	}
}

// readPolicy finds the resource as long as one of its queues bears a policy.
func (s *Service) readPolicy(_ context.Context, physicalID string) (*policyProperties, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, _ := s.policies.Get(physicalID)
	p := &policyProperties{}
	for _, url := range record.Queues {
		if q, err := s.find(&url); err == nil && q.Attributes["Policy"] != "" {
			p.Queues = append(p.Queues, url)
			p.PolicyDocument = resource.Parsed(q.Attributes["Policy"])
		}
	}
	return p, len(p.Queues) > 0
}
