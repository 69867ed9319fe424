package secretsmanager

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// The recovery window of a deleted secret, in days.
const (
	minWindow     = 7
	defaultWindow = 30
	maxWindow     = 30
)

// DeleteSecret marks a secret for deletion at the end of its recovery window, or
// removes it at once; that is no error even if there is none.
func (s *Service) DeleteSecret(_ context.Context, in *secretsmanager.DeleteSecretInput) (*secretsmanager.DeleteSecretOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	force, window := aws.ToBool(in.ForceDeleteWithoutRecovery), int64(defaultWindow)
	if in.RecoveryWindowInDays != nil {
		window = *in.RecoveryWindowInDays
	}
	switch {
	case force && in.RecoveryWindowInDays != nil:
		return nil, invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
	case window < minWindow || window > maxWindow:
		return nil, invalidParameter("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).")
	case force:
		return s.removeNow(in.SecretId), nil
	}
	sec, err := s.live(in.SecretId)
	if err != nil {
		return nil, err
	}
	now := s.host.Clock.Now()
	expiry := now.AddDate(0, 0, int(window))
	sec.DeletedAt, sec.Expiry = &now, &expiry
	s.secrets.Set(sec.Name, sec)
	return &secretsmanager.DeleteSecretOutput{ARN: &sec.ARN, Name: &sec.Name, DeletionDate: &expiry}, nil
}

func (s *Service) removeNow(id *string) *secretsmanager.DeleteSecretOutput {
	now := s.host.Clock.Now()
	sec, err := s.find(id)
	if err != nil {
		name := aws.ToString(id)
		return &secretsmanager.DeleteSecretOutput{ARN: new(s.newARN(name)), Name: &name, DeletionDate: &now}
	}
	s.secrets.Delete(sec.Name)
	return &secretsmanager.DeleteSecretOutput{ARN: &sec.ARN, Name: &sec.Name, DeletionDate: &now}
}

// RestoreSecret takes the mark for deletion away.
func (s *Service) RestoreSecret(_ context.Context, in *secretsmanager.RestoreSecretInput) (*secretsmanager.RestoreSecretOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.find(in.SecretId)
	if err != nil {
		return nil, err
	}
	sec.DeletedAt, sec.Expiry = nil, nil
	s.secrets.Set(sec.Name, sec)
	return &secretsmanager.RestoreSecretOutput{ARN: &sec.ARN, Name: &sec.Name}, nil
}
