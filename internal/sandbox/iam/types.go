package iam

import (
	"maps"
	"slices"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// Resources are the CloudFormation types that IAM owns.
func (s *Service) Resources() []resource.Type {
	return []resource.Type{s.roleType(), s.userType(), s.policyType(), s.managedPolicyType(), s.accessKeyType()}
}

// attachments are the properties by which roles and users declare their policies.
type attachments struct {
	ManagedPolicyArns   []string
	PermissionsBoundary *string
	Policies            []inlineProperties
	Tags                []resource.Tag
}

type inlineProperties struct {
	PolicyName     string `cfn:"required"`
	PolicyDocument any    `cfn:"required"`
}

// declare makes an identity's policies and tags those of its properties, and
// takes away what only the previous properties had.
func (s *Service) declare(k *kind, r resource.Request, name *string, now, before attachments) error {
	for _, p := range before.Policies {
		if err := k.deleteInline(name, &p.PolicyName); err != nil && !gone(err) {
			return err
		}
	}
	for _, p := range now.Policies {
		if err := k.putInline(name, &p.PolicyName, new(resource.Document(p.PolicyDocument))); err != nil {
			return err
		}
	}
	for _, arn := range before.ManagedPolicyArns {
		if slices.Contains(now.ManagedPolicyArns, arn) {
			continue
		}
		if err := s.detach(k, name, &arn); err != nil && !gone(err) {
			return err
		}
	}
	for _, arn := range now.ManagedPolicyArns {
		if err := s.attach(k, name, &arn); err != nil {
			return err
		}
	}
	return k.change(name, func(i *identity) {
		i.Tags, i.Boundary = r.AllTags(now.Tags), value(now.PermissionsBoundary)
	})
}

// attachmentsOf gives the policies and tags of an identity back as properties.
func (s *Service) attachmentsOf(i identity) attachments {
	a := attachments{ManagedPolicyArns: i.Attached}
	if i.Boundary != "" {
		a.PermissionsBoundary = &i.Boundary
	}
	for _, name := range slices.Sorted(maps.Keys(i.Inline)) {
		if !s.declaredElsewhere(name) {
			a.Policies = append(a.Policies, inlineProperties{name, resource.Parsed(i.Inline[name])})
		}
	}
	a.Tags = resource.OwnTags(i.Tags)
	return a
}

// declaredElsewhere reports whether an inline policy is an AWS::IAM::Policy of
// its own rather than part of its role.
func (s *Service) declaredElsewhere(policy string) bool {
	for _, p := range s.declared.All() {
		if p.PolicyName == policy {
			return true
		}
	}
	return false
}

func before[P any](r resource.Request) P {
	var p P
	_ = resource.Decode(r.Previous, &p) // they decoded when they were applied
	return p
}
