package iam

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// accessKey is a user's access key. Its secret is handed out once and not kept.
type accessKey struct {
	ID, User string
	Status   types.StatusType
	Created  time.Time
}

const keysPerUser = 2

func (s *Service) wireAccessKeys(w *wire.Service) {
	wire.Handle(w, s.CreateAccessKey)
	wire.Handle(w, s.ListAccessKeys)
	wire.Handle(w, s.UpdateAccessKey)
	wire.Handle(w, s.DeleteAccessKey)
}

func (s *Service) keysOf(user string) []accessKey {
	var out []accessKey
	for _, key := range s.keys.All() {
		if key.User == user {
			out = append(out, key)
		}
	}
	return out
}

// CreateAccessKey makes an access key; only its answer has the secret.
func (s *Service) CreateAccessKey(_ context.Context, in *iam.CreateAccessKeyInput) (*iam.CreateAccessKeyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, err := s.users.find(in.UserName)
	if err != nil {
		return nil, err
	}
	if len(s.keysOf(user.Name)) >= keysPerUser {
		return nil, &types.LimitExceededException{Message: new("Cannot exceed quota for AccessKeysPerUser: 2")}
	}
	key := accessKey{ID: "AKIA" + s.host.ID(host.UpperID, 16), User: user.Name, Status: types.StatusTypeActive, Created: s.now()}
	s.keys.Set(key.ID, key)
	return &iam.CreateAccessKeyOutput{AccessKey: &types.AccessKey{
		AccessKeyId: &key.ID, SecretAccessKey: new(s.host.ID(host.MixedID, 40)), UserName: &key.User, Status: key.Status, CreateDate: &key.Created,
	}}, nil
}

// ListAccessKeys lists a user's access keys.
func (s *Service) ListAccessKeys(_ context.Context, in *iam.ListAccessKeysInput) (*iam.ListAccessKeysOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &iam.ListAccessKeysOutput{AccessKeyMetadata: []types.AccessKeyMetadata{}}
	if in.UserName == nil {
		return out, nil // the root's own keys, of which there are none
	}
	if _, err := s.users.find(in.UserName); err != nil {
		return nil, err
	}
	for _, key := range s.keysOf(*in.UserName) {
		out.AccessKeyMetadata = append(out.AccessKeyMetadata, types.AccessKeyMetadata{
			AccessKeyId: &key.ID, UserName: &key.User, Status: key.Status, CreateDate: &key.Created,
		})
	}
	return out, nil
}

func (s *Service) findKey(user, id *string) (accessKey, error) {
	key, ok := s.keys.Get(value(id))
	if !ok || (user != nil && *user != key.User) {
		return accessKey{}, noSuchEntity("The Access Key with id %s cannot be found.", value(id))
	}
	return key, nil
}

// UpdateAccessKey makes an access key active or inactive.
func (s *Service) UpdateAccessKey(_ context.Context, in *iam.UpdateAccessKeyInput) (*iam.UpdateAccessKeyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, err := s.findKey(in.UserName, in.AccessKeyId)
	if err != nil {
		return nil, err
	}
	key.Status = in.Status
	s.keys.Set(key.ID, key)
	return &iam.UpdateAccessKeyOutput{}, nil
}

// DeleteAccessKey removes an access key.
func (s *Service) DeleteAccessKey(_ context.Context, in *iam.DeleteAccessKeyInput) (*iam.DeleteAccessKeyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, err := s.findKey(in.UserName, in.AccessKeyId)
	if err != nil {
		return nil, err
	}
	s.keys.Delete(key.ID)
	return &iam.DeleteAccessKeyOutput{}, nil
}
