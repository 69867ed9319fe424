package iam

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

func (k *kind) putInline(name, policy, document *string) error {
	if err := checkName("policyName", value(policy), 128); err != nil {
		return err
	}
	if err := checkDocument(value(document)); err != nil {
		return err
	}
	return k.change(name, func(i *identity) {
		if i.Inline == nil {
			i.Inline = map[string]string{}
		}
		i.Inline[*policy] = *document
	})
}

func (k *kind) inline(name, policy *string) (string, error) {
	i, err := k.find(name)
	if err != nil {
		return "", err
	}
	document, ok := i.Inline[value(policy)]
	if !ok {
		return "", noSuchEntity("The %s policy with name %s cannot be found.", k.noun, value(policy))
	}
	return document, nil
}

func (k *kind) inlineNames(name *string) ([]string, error) {
	i, err := k.find(name)
	return slices.AppendSeq([]string{}, slices.Values(slices.Sorted(maps.Keys(i.Inline)))), err
}

func (k *kind) deleteInline(name, policy *string) error {
	if _, err := k.inline(name, policy); err != nil {
		return err
	}
	return k.change(name, func(i *identity) { delete(i.Inline, *policy) })
}

func (s *Service) attach(k *kind, name, arn *string) error {
	if _, err := k.find(name); err != nil {
		return err
	}
	if _, ok := s.policy(value(arn)); !ok {
		return noSuchEntity("Policy %s does not exist or is not attachable.", value(arn))
	}
	return k.change(name, func(i *identity) {
		if !slices.Contains(i.Attached, *arn) {
			i.Attached = append(i.Attached, *arn)
		}
	})
}

func (s *Service) detach(k *kind, name, arn *string) error {
	i, err := k.find(name)
	if err != nil {
		return err
	}
	if !slices.Contains(i.Attached, value(arn)) {
		return noSuchEntity("Policy %s was not found.", value(arn))
	}
	return k.change(name, func(i *identity) {
		i.Attached = slices.DeleteFunc(i.Attached, func(a string) bool { return a == *arn })
	})
}

func (s *Service) attachedPolicies(k *kind, name *string) ([]types.AttachedPolicy, error) {
	i, err := k.find(name)
	if err != nil {
		return nil, err
	}
	out := []types.AttachedPolicy{}
	for _, arn := range i.Attached {
		if p, ok := s.policy(arn); ok {
			out = append(out, types.AttachedPolicy{PolicyArn: &arn, PolicyName: &p.Name})
		}
	}
	return out, nil
}
