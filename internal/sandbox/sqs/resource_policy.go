package sqs

import "github.com/keyvex/keyvex/internal/sandbox/resource"

// policyProperties are the properties of AWS::SQS::QueuePolicy.
type policyProperties struct {
	PolicyDocument any      `cfn:"required"`
	Queues         []string `cfn:"required"`
}

func (s *Service) queuePolicyType() resource.Type {
	return resource.AttachedPolicy[policyProperties]{
		Name:  "AWS::SQS::QueuePolicy",
		Split: func(p *policyProperties) (any, []string) { return p.PolicyDocument, p.Queues },
		Join: func(document any, urls []string) *policyProperties {
			return &policyProperties{PolicyDocument: document, Queues: urls}
		},
		Set: s.setPolicy,
		Get: func(url string) string {
			q, _ := s.queues.Get(nameOf(&url))
			return q.Attributes["Policy"]
		},
		Lock: &s.mu, Records: s.policies,
	}.Type()
}

func (s *Service) setPolicy(url, document string) error {
	q, err := s.find(&url)
	if err != nil {
		return err
	}
	wanted := map[string]string{"Policy": document}
	if err := s.checkAttributes(q, wanted, onSet); err != nil {
		return err
	}
	s.setAttributes(q, wanted)
	return nil
}
