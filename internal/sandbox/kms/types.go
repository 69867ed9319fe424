package kms

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

func (s *Service) keyType() resource.Type {
	return resource.Typed(resource.Type{
		Name:       "AWS::KMS::Key",
		CreateOnly: []string{"KeySpec", "KeyUsage", "MultiRegion", "Origin"},
		WriteOnly:  []string{"PendingWindowInDays", "BypassPolicyLockoutSafetyCheck", "RotationPeriodInDays"},
		Attributes: []string{"Arn", "KeyId"},
		Times:      resource.Times{Create: resource.Seconds(122), Update: resource.Seconds(30), Delete: resource.Seconds(10)},
	}, resource.Steps[keyProperties]{
		Create: func(_ context.Context, r resource.Request, p *keyProperties) (resource.Result, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.putKey(s.newKey(), r, p)
		},
		Update: func(_ context.Context, r resource.Request, p *keyProperties) (resource.Result, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			k, err := s.usable(&r.PhysicalID)
			if err != nil {
				return resource.Result{}, err
			}
			return s.putKey(k, r, p)
		},
		Delete: s.deleteKey,
		Read: func(_ context.Context, id string) (*keyProperties, bool) {
			k, err := s.usable(&id)
			return &k.Properties, err == nil
		},
	})
}

func (s *Service) putKey(k key, r resource.Request, p *keyProperties) (resource.Result, error) {
	if err := p.check(); err != nil {
		return resource.Result{}, err
	}
	k.Properties, k.AllTags = *p, r.AllTags(p.Tags)
	s.keys.Set(k.ID, k)
	return resource.Result{PhysicalID: k.ID, Attributes: map[string]any{"Arn": s.arn(k.ID), "KeyId": k.ID}}, nil
}

// deleteKey schedules the key's deletion; for CloudFormation it is gone then.
func (s *Service) deleteKey(ctx context.Context, r resource.Request, p *keyProperties) error {
	if _, err := s.usable(&r.PhysicalID); err != nil {
		return notFound("%s", err.Error())
	}
	_, err := s.ScheduleKeyDeletion(ctx, &kms.ScheduleKeyDeletionInput{KeyId: &r.PhysicalID, PendingWindowInDays: p.PendingWindowInDays})
	return err
}

type aliasProperties struct {
	AliasName   string `cfn:"required"`
	TargetKeyId string `cfn:"required"`
}

func (s *Service) aliasType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::KMS::Alias", NameProperty: "AliasName", CreateOnly: []string{"AliasName"},
		Times: resource.Times{Create: resource.Seconds(60), Update: resource.Seconds(60), Delete: resource.Seconds(5)},
	}, resource.Steps[aliasProperties]{
		Create: func(_ context.Context, _ resource.Request, p *aliasProperties) (resource.Result, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if _, taken := s.aliases.Get(record.Key("", p.AliasName)); taken {
				return resource.Result{}, &types.AlreadyExistsException{Message: new("An alias with the name " + s.host.ARN("kms", p.AliasName) + " already exists")}
			}
			return s.putAlias(p)
		},
		Update: func(_ context.Context, _ resource.Request, p *aliasProperties) (resource.Result, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.putAlias(p)
		},
		Delete: func(_ context.Context, r resource.Request, _ *aliasProperties) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.aliases.Delete(record.Key("", r.PhysicalID))
			return nil
		},
		Read: func(_ context.Context, id string) (*aliasProperties, bool) {
			r, ok := s.aliases.Get(record.Key("", id))
			return &r.Properties, ok
		},
	})
}

func (s *Service) putAlias(p *aliasProperties) (resource.Result, error) {
	if !strings.HasPrefix(p.AliasName, "alias/") || strings.HasPrefix(p.AliasName, "alias/aws/") {
		return resource.Result{}, &types.InvalidAliasNameException{Message: new("Alias must start with the prefix \"alias/\", and not with \"alias/aws/\". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html")}
	}
	if _, err := s.usable(&p.TargetKeyId); err != nil {
		return resource.Result{}, err
	}
	record.Put(s.host.Clock, s.aliases, "", p.AliasName, p, nil)
	return resource.Result{PhysicalID: p.AliasName}, nil
}
