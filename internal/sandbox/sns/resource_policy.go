package sns

import "github.com/keyvex/keyvex/internal/sandbox/resource"

// policyProperties are the properties of AWS::SNS::TopicPolicy.
type policyProperties struct {
	PolicyDocument any      `cfn:"required"`
	Topics         []string `cfn:"required"`
}

func (s *Service) topicPolicyType() resource.Type {
	return resource.AttachedPolicy[policyProperties]{
		Name:  "AWS::SNS::TopicPolicy",
		Split: func(p *policyProperties) (any, []string) { return p.PolicyDocument, p.Topics },
		Join: func(document any, arns []string) *policyProperties {
			return &policyProperties{PolicyDocument: document, Topics: arns}
		},
		Set: s.setPolicy,
		Get: func(arn string) string {
			t, _ := s.find(&arn)
			return t.Attributes["Policy"]
		},
		Lock: &s.mu, Records: s.policies,
	}.Type()
}

func (s *Service) setPolicy(arn, document string) error {
	t, err := s.find(&arn)
	if err != nil {
		return err
	}
	if err := checkAttribute("Policy", document, onSet); err != nil {
		return err
	}
	s.setAttribute(t, "Policy", document)
	return nil
}
