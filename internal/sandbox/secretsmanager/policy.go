package secretsmanager

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

// GetResourcePolicy gives a secret's policy, absent without one.
func (s *Service) GetResourcePolicy(_ context.Context, in *secretsmanager.GetResourcePolicyInput) (*secretsmanager.GetResourcePolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.live(in.SecretId)
	if err != nil {
		return nil, err
	}
	return &secretsmanager.GetResourcePolicyOutput{ARN: &sec.ARN, Name: &sec.Name, ResourcePolicy: nonEmpty(sec.Policy)}, nil
}

// PutResourcePolicy sets a secret's policy.
func (s *Service) PutResourcePolicy(_ context.Context, in *secretsmanager.PutResourcePolicyInput) (*secretsmanager.PutResourcePolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.live(in.SecretId)
	if err != nil {
		return nil, err
	}
	if err := checkPolicy(aws.ToString(in.ResourcePolicy), aws.ToBool(in.BlockPublicPolicy)); err != nil {
		return nil, err
	}
	sec.Policy = *in.ResourcePolicy
	s.secrets.Set(sec.Name, sec)
	return &secretsmanager.PutResourcePolicyOutput{ARN: &sec.ARN, Name: &sec.Name}, nil
}

// DeleteResourcePolicy takes a secret's policy away.
func (s *Service) DeleteResourcePolicy(_ context.Context, in *secretsmanager.DeleteResourcePolicyInput) (*secretsmanager.DeleteResourcePolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.live(in.SecretId)
	if err != nil {
		return nil, err
	}
	sec.Policy = ""
	s.secrets.Set(sec.Name, sec)
	return &secretsmanager.DeleteResourcePolicyOutput{ARN: &sec.ARN, Name: &sec.Name}, nil
}

// statement is as much of a policy's statement as tells whether it is public.
type statement struct {
	Effect    string
	Principal any
	Condition map[string]any
}

// public reports whether the statement lets in everybody, unconditionally.
func (s statement) public() bool {
	if s.Effect != "Allow" || len(s.Condition) > 0 {
		return false
	}
	if account, ok := s.Principal.(map[string]any); ok {
		list, _ := account["AWS"].([]any)
		return account["AWS"] == "*" || slices.Contains(list, any("*"))
	}
	return s.Principal == "*"
}

func checkPolicy(text string, blockPublic bool) error {
	var policy struct{ Statement json.RawMessage }
	if json.Unmarshal([]byte(text), &policy) != nil || policy.Statement == nil {
		return &types.MalformedPolicyDocumentException{Message: new("This resource policy contains a syntax error.")}
	}
	var statements []statement
	if json.Unmarshal(policy.Statement, &statements) != nil {
		var one statement
		if json.Unmarshal(policy.Statement, &one) != nil {
			return &types.MalformedPolicyDocumentException{Message: new("This resource policy contains a syntax error.")}
		}
		statements = []statement{one}
	}
	if blockPublic && slices.ContainsFunc(statements, statement.public) {
		return &types.PublicPolicyException{Message: new(
			"This resource policy grants public access to the secret, which BlockPublicPolicy does not allow.")}
	}
	return nil
}
