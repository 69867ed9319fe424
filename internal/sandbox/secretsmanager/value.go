package secretsmanager

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

// GetSecretValue gives the version asked for by id, by staging label or by both,
// the current one without either.
func (s *Service) GetSecretValue(_ context.Context, in *secretsmanager.GetSecretValueInput) (*secretsmanager.GetSecretValueOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.live(in.SecretId)
	if err != nil {
		return nil, err
	}
	v, err := sec.pick(aws.ToString(in.VersionId), aws.ToString(in.VersionStage))
	if err != nil {
		return nil, err
	}
	sec.touch(v.ID, s.host.Clock.Now())
	s.secrets.Set(sec.Name, sec)
	return &secretsmanager.GetSecretValueOutput{
		ARN: &sec.ARN, Name: &sec.Name, VersionId: &v.ID, VersionStages: v.Stages, CreatedDate: &v.Created,
		SecretString: v.String, SecretBinary: v.Binary,
	}, nil
}

func (sec *secret) pick(id, stage string) (version, error) {
	if id == "" {
		if stage == "" {
			stage = current
		}
		v, ok := sec.byStage(stage)
		if !ok {
			return version{}, noValue("staging label: " + stage)
		}
		return v, nil
	}
	v, ok := sec.byID(id)
	if !ok {
		return version{}, noValue("VersionId: " + id)
	}
	if stage != "" && !slices.Contains(v.Stages, stage) {
		return version{}, invalidRequest("You provided a VersionStage that is not associated to the provided VersionId.")
	}
	return v, nil
}

func noValue(of string) error {
	return &types.ResourceNotFoundException{Message: new("Secrets Manager can't find the specified secret value for " + of)}
}

// PutSecretValue adds a version. With staging labels of the caller's own the
// current version stays the current one.
func (s *Service) PutSecretValue(_ context.Context, in *secretsmanager.PutSecretValueInput) (*secretsmanager.PutSecretValueOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.newVersion(in.ClientRequestToken, in.SecretString, in.SecretBinary)
	if err != nil {
		return nil, err
	}
	sec, err := s.live(in.SecretId)
	if err != nil {
		return nil, err
	}
	if v.empty() {
		return nil, invalidRequest("You must provide either SecretString or SecretBinary.")
	}
	stages := in.VersionStages
	if len(stages) == 0 {
		stages = []string{current}
	}
	if len(stages) > maxStages {
		return nil, &types.LimitExceededException{Message: new("You can't attach more than 20 staging labels to a version.")}
	}
	if err := s.addVersion(&sec, v, stages); err != nil {
		return nil, err
	}
	v, _ = sec.byID(v.ID)
	return &secretsmanager.PutSecretValueOutput{ARN: &sec.ARN, Name: &sec.Name, VersionId: &v.ID, VersionStages: v.Stages}, nil
}

// addVersion puts a version and keeps the secret.
func (s *Service) addVersion(sec *secret, v version, stages []string) error {
	added, err := sec.put(v, stages)
	if err != nil || !added {
		return err
	}
	sec.Changed = v.Created
	s.secrets.Set(sec.Name, *sec)
	return nil
}

// UpdateSecret changes the description and the key, and adds a current version if
// there is a value.
func (s *Service) UpdateSecret(_ context.Context, in *secretsmanager.UpdateSecretInput) (*secretsmanager.UpdateSecretOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.newVersion(in.ClientRequestToken, in.SecretString, in.SecretBinary)
	if err != nil {
		return nil, err
	}
	sec, err := s.live(in.SecretId)
	if err != nil {
		return nil, err
	}
	if in.Description != nil {
		sec.Description = *in.Description
	}
	if in.KmsKeyId != nil {
		sec.KMSKey = *in.KmsKeyId
	}
	if in.Type != nil {
		sec.Kind = *in.Type
	}
	out := &secretsmanager.UpdateSecretOutput{ARN: &sec.ARN, Name: &sec.Name}
	if !v.empty() {
		if _, err := sec.put(v, []string{current}); err != nil {
			return nil, err
		}
		out.VersionId = &v.ID
	}
	sec.Changed = s.host.Clock.Now()
	s.secrets.Set(sec.Name, sec)
	return out, nil
}
