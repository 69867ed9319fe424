package iam_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

func TestAnswersAreMotos(t *testing.T) {
	role, user, policy := new("r"), new("u"), new("p")
	arn := new("arn:aws:iam::123456789012:policy/p")
	oracle.Compare(t, client(), iam.NewFromConfig(oracle.Moto(t)), []oracle.Step[*iam.Client]{
		{Name: "no role", Call: func(c *iam.Client) (any, error) { return c.GetRole(t.Context(), &iam.GetRoleInput{RoleName: role}) }},
		{Name: "create role", Call: func(c *iam.Client) (any, error) {
			out, err := c.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: role, AssumeRolePolicyDocument: new(trust)})
			if err != nil {
				return nil, err
			}
			return []any{out.Role.Arn, out.Role.Path, out.Role.MaxSessionDuration, out.Role.AssumeRolePolicyDocument}, nil
		}},
		{Name: "create it again", Call: func(c *iam.Client) (any, error) {
			return c.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: role, AssumeRolePolicyDocument: new(trust)})
		}},
		{Name: "inline policy", Call: func(c *iam.Client) (any, error) {
			_, err := c.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: role, PolicyName: policy, PolicyDocument: new(reading)})
			return nil, err
		}},
		{Name: "broken inline policy", Call: func(c *iam.Client) (any, error) {
			_, err := c.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: role, PolicyName: policy, PolicyDocument: new("{")})
			return nil, err
		}},
		{Name: "its document", Call: func(c *iam.Client) (any, error) {
			out, err := c.GetRolePolicy(t.Context(), &iam.GetRolePolicyInput{RoleName: role, PolicyName: policy})
			if err != nil {
				return nil, err
			}
			return []any{out.PolicyDocument, out.PolicyName, out.RoleName}, nil
		}},
		{Name: "no such inline policy", Call: func(c *iam.Client) (any, error) {
			return c.GetRolePolicy(t.Context(), &iam.GetRolePolicyInput{RoleName: role, PolicyName: new("other")})
		}},
		{Name: "delete under a policy", Call: func(c *iam.Client) (any, error) {
			return c.DeleteRole(t.Context(), &iam.DeleteRoleInput{RoleName: role})
		}},
		{Name: "attach what is not there", Call: func(c *iam.Client) (any, error) {
			return c.AttachRolePolicy(t.Context(), &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: arn})
		}},
		{Name: "create policy", Call: func(c *iam.Client) (any, error) {
			out, err := c.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: policy, PolicyDocument: new(reading)})
			if err != nil {
				return nil, err
			}
			return []any{out.Policy.Arn, out.Policy.DefaultVersionId, out.Policy.AttachmentCount}, nil
		}},
		{Name: "attach", Call: func(c *iam.Client) (any, error) {
			_, err := c.AttachRolePolicy(t.Context(), &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: arn})
			return nil, err
		}},
		{Name: "attached", Call: func(c *iam.Client) (any, error) {
			out, err := c.ListAttachedRolePolicies(t.Context(), &iam.ListAttachedRolePoliciesInput{RoleName: role})
			if err != nil {
				return nil, err
			}
			return out.AttachedPolicies, nil
		}},
		{Name: "holders", Call: func(c *iam.Client) (any, error) {
			out, err := c.ListEntitiesForPolicy(t.Context(), &iam.ListEntitiesForPolicyInput{PolicyArn: arn})
			if err != nil {
				return nil, err
			}
			return []any{len(out.PolicyRoles), len(out.PolicyUsers), *out.PolicyRoles[0].RoleName}, nil
		}},
		{Name: "detach twice", Call: func(c *iam.Client) (any, error) {
			if _, err := c.DetachRolePolicy(t.Context(), &iam.DetachRolePolicyInput{RoleName: role, PolicyArn: arn}); err != nil {
				return nil, err
			}
			return c.DetachRolePolicy(t.Context(), &iam.DetachRolePolicyInput{RoleName: role, PolicyArn: arn})
		}},
		{Name: "create user", Call: func(c *iam.Client) (any, error) {
			out, err := c.CreateUser(t.Context(), &iam.CreateUserInput{UserName: user})
			if err != nil {
				return nil, err
			}
			return []any{out.User.Arn, out.User.Path}, nil
		}},
		{Name: "keys, one too many", Call: func(c *iam.Client) (any, error) {
			for range 2 {
				if _, err := c.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: user}); err != nil {
					return nil, err
				}
			}
			return c.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: user})
		}},
		{Name: "keys", Call: func(c *iam.Client) (any, error) {
			out, err := c.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: user})
			if err != nil {
				return nil, err
			}
			return []any{len(out.AccessKeyMetadata), out.AccessKeyMetadata[0].Status, out.IsTruncated}, nil
		}},
		{Name: "no such user", Call: func(c *iam.Client) (any, error) { return c.GetUser(t.Context(), &iam.GetUserInput{UserName: new("x")}) }},
		{Name: "roles", Call: func(c *iam.Client) (any, error) {
			out, err := c.ListRoles(t.Context(), &iam.ListRolesInput{})
			if err != nil {
				return nil, err
			}
			return []any{len(out.Roles), *out.Roles[0].RoleName, out.IsTruncated}, nil
		}},
	})
}
