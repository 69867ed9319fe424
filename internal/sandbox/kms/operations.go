package kms

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/keyvex/keyvex/internal/sandbox/page"
	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

func notFound(format string, args ...any) error {
	return &types.NotFoundException{Message: new(fmt.Sprintf(format, args...))}
}

func validation(format string, args ...any) error {
	return &wire.Error{Code: "ValidationException", Message: fmt.Sprintf(format, args...)}
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func isTrue(b *bool) bool { return b != nil && *b }

// CreateKey makes a key.
func (s *Service) CreateKey(_ context.Context, in *kms.CreateKeyInput) (*kms.CreateKeyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.newKey()
	k.AllTags = map[string]string{}
	for _, tag := range in.Tags {
		k.AllTags[value(tag.TagKey)] = value(tag.TagValue)
	}
	k.Properties = keyProperties{Description: in.Description, KeySpec: in.KeySpec, KeyUsage: in.KeyUsage, MultiRegion: in.MultiRegion, Origin: in.Origin}
	if in.Policy != nil {
		k.Properties.KeyPolicy = resource.Parsed(*in.Policy)
	}
	if err := k.Properties.check(); err != nil {
		return nil, err
	}
	s.keys.Set(k.ID, k)
	return &kms.CreateKeyOutput{KeyMetadata: new(s.metadata(k))}, nil
}

// DescribeKey shows a key.
func (s *Service) DescribeKey(_ context.Context, in *kms.DescribeKeyInput) (*kms.DescribeKeyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.find(in.KeyId)
	if err != nil {
		return nil, err
	}
	return &kms.DescribeKeyOutput{KeyMetadata: new(s.metadata(k))}, nil
}

// paged cuts a list by Marker and Limit.
func paged[T any](items []T, keyOf func(T) string, marker *string, limit *int32, most int) (some []T, next *string, err error) {
	size := min(100, most)
	if limit != nil {
		size = int(*limit)
	}
	if size < 1 || size > most {
		return nil, nil, validation("Limit must be between 1 and %d", most)
	}
	some, token, ok := page.Of(items, keyOf, value(marker), size)
	if !ok {
		return nil, nil, &types.InvalidMarkerException{Message: new("Could not deserialize marker")}
	}
	if token == "" {
		return some, nil, nil
	}
	return some, &token, nil
}

// ListKeys lists the keys.
func (s *Service) ListKeys(_ context.Context, in *kms.ListKeysInput) (*kms.ListKeysOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.KeyListEntry{}
	for id := range s.keys.All() {
		if _, err := s.find(&id); err == nil {
			all = append(all, types.KeyListEntry{KeyId: &id, KeyArn: new(s.arn(id))})
		}
	}
	some, next, err := paged(all, func(e types.KeyListEntry) string { return *e.KeyId }, in.Marker, in.Limit, 1000)
	return &kms.ListKeysOutput{Keys: some, NextMarker: next, Truncated: next != nil}, err
}

// ListAliases lists the aliases, those of one key if it is named.
func (s *Service) ListAliases(_ context.Context, in *kms.ListAliasesInput) (*kms.ListAliasesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	only := ""
	if in.KeyId != nil {
		k, err := s.find(in.KeyId)
		if err != nil {
			return nil, err
		}
		only = k.ID
	}
	all := []types.AliasListEntry{}
	for _, r := range s.aliases.All() {
		k, err := s.find(&r.Properties.TargetKeyId)
		if err == nil && (only == "" || k.ID == only) {
			all = append(all, s.showAlias(r, k.ID))
		}
	}
	some, next, err := paged(all, func(e types.AliasListEntry) string { return *e.AliasName }, in.Marker, in.Limit, 100)
	return &kms.ListAliasesOutput{Aliases: some, NextMarker: next, Truncated: next != nil}, err
}

func (s *Service) showAlias(r record.Record[aliasProperties], target string) types.AliasListEntry {
	return types.AliasListEntry{
		AliasName: &r.ID, AliasArn: new(s.host.ARN("kms", r.ID)), TargetKeyId: &target, CreationDate: &r.Created, LastUpdatedDate: &r.Updated,
	}
}

// GetKeyPolicy gives a key's policy, of which there is one, "default".
func (s *Service) GetKeyPolicy(_ context.Context, in *kms.GetKeyPolicyInput) (*kms.GetKeyPolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.find(in.KeyId)
	if err != nil {
		return nil, err
	}
	if in.PolicyName != nil && *in.PolicyName != "default" {
		return nil, notFound("No such policy exists")
	}
	return &kms.GetKeyPolicyOutput{Policy: new(s.policy(k)), PolicyName: new("default")}, nil
}

// EnableKeyRotation lets a key's material be renewed.
func (s *Service) EnableKeyRotation(_ context.Context, in *kms.EnableKeyRotationInput) (*kms.EnableKeyRotationOutput, error) {
	return &kms.EnableKeyRotationOutput{}, s.rotate(in.KeyId, true, in.RotationPeriodInDays)
}

// DisableKeyRotation ends that.
func (s *Service) DisableKeyRotation(_ context.Context, in *kms.DisableKeyRotationInput) (*kms.DisableKeyRotationOutput, error) {
	return &kms.DisableKeyRotationOutput{}, s.rotate(in.KeyId, false, nil)
}

func (s *Service) rotate(name *string, on bool, days *int32) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.usable(name)
	if err != nil {
		return err
	}
	k.Properties.EnableKeyRotation, k.Properties.RotationPeriodInDays = &on, days
	if err := k.Properties.check(); err != nil {
		return err
	}
	s.keys.Set(k.ID, k)
	return nil
}

const rotationDays = 365

// GetKeyRotationStatus shows whether a key rotates, and when next.
func (s *Service) GetKeyRotationStatus(_ context.Context, in *kms.GetKeyRotationStatusInput) (*kms.GetKeyRotationStatusOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.usable(in.KeyId)
	if err != nil {
		return nil, err
	}
	out := &kms.GetKeyRotationStatusOutput{KeyId: new(s.arn(k.ID)), KeyRotationEnabled: isTrue(k.Properties.EnableKeyRotation)}
	if !out.KeyRotationEnabled {
		return out, nil
	}
	out.RotationPeriodInDays = new(int32(rotationDays))
	if k.Properties.RotationPeriodInDays != nil {
		out.RotationPeriodInDays = k.Properties.RotationPeriodInDays
	}
	next := k.Created
	for !next.After(s.now()) {
		next = next.AddDate(0, 0, int(*out.RotationPeriodInDays))
	}
	out.NextRotationDate = &next
	return out, nil
}

// ScheduleKeyDeletion has a key go after 7 to 30 days, 30 unless told otherwise.
func (s *Service) ScheduleKeyDeletion(_ context.Context, in *kms.ScheduleKeyDeletionInput) (*kms.ScheduleKeyDeletionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.usable(in.KeyId)
	if err != nil {
		return nil, err
	}
	days := in.PendingWindowInDays
	if days == nil {
		days = new(int32(30))
	}
	if err := (keyProperties{PendingWindowInDays: days}).check(); err != nil {
		return nil, err
	}
	k.Deleted = new(s.now().AddDate(0, 0, int(*days)))
	s.keys.Set(k.ID, k)
	return &kms.ScheduleKeyDeletionOutput{KeyId: new(s.arn(k.ID)), DeletionDate: k.Deleted, KeyState: k.state(), PendingWindowInDays: days}, nil
}

// CancelKeyDeletion keeps a key that was to go; it is disabled, as in AWS.
func (s *Service) CancelKeyDeletion(_ context.Context, in *kms.CancelKeyDeletionInput) (*kms.CancelKeyDeletionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.find(in.KeyId)
	if err != nil {
		return nil, err
	}
	if k.Deleted == nil {
		return nil, &types.KMSInvalidStateException{Message: new(s.arn(k.ID) + " is not pending deletion.")}
	}
	k.Deleted, k.Properties.Enabled = nil, new(false)
	s.keys.Set(k.ID, k)
	return &kms.CancelKeyDeletionOutput{KeyId: new(s.arn(k.ID))}, nil
}

// ListResourceTags lists a key's tags.
func (s *Service) ListResourceTags(_ context.Context, in *kms.ListResourceTagsInput) (*kms.ListResourceTagsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.find(in.KeyId)
	if err != nil {
		return nil, err
	}
	out := &kms.ListResourceTagsOutput{Tags: []types.Tag{}}
	for _, name := range slices.Sorted(maps.Keys(k.AllTags)) {
		out.Tags = append(out.Tags, types.Tag{TagKey: &name, TagValue: new(k.AllTags[name])})
	}
	return out, nil
}
