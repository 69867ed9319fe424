package sts

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

var sessionName = lazy.Regexp(`^[\w+=,.@-]{2,64}$`)

// AssumeRole gives temporary credentials of a role. Trust policies are not
// evaluated: every role that exists can be assumed.
func (s *Service) AssumeRole(ctx context.Context, in *sts.AssumeRoleInput) (*sts.AssumeRoleOutput, error) {
	arn, name := aws.ToString(in.RoleArn), aws.ToString(in.RoleSessionName)
	if !sessionName().MatchString(name) {
		return nil, invalid(name, "roleSessionName", `Member must satisfy regular expression pattern: [\w+=,.@-]*`)
	}
	lifetime, err := duration(in.DurationSeconds, time.Hour, 12*time.Hour)
	if err != nil {
		return nil, err
	}
	id, ok := s.roles.RoleID(arn)
	if !ok {
		caller, _ := s.identity(ctx)
		return nil, &wire.Error{Code: "AccessDenied", Status: 403,
			Message: fmt.Sprintf("User: %s is not authorized to perform: sts:AssumeRole on resource: %s", caller, arn)}
	}
	_, path, _ := strings.Cut(arn, ":role/")
	role := path[strings.LastIndexByte(path, '/')+1:]
	user := types.AssumedRoleUser{
		Arn:           aws.String(s.host.GlobalARN("sts", "assumed-role/"+role+"/"+name)),
		AssumedRoleId: aws.String(id + ":" + name),
	}
	return &sts.AssumeRoleOutput{
		AssumedRoleUser: &user,
		Credentials:     s.issue(*user.Arn, *user.AssumedRoleId, lifetime),
	}, nil
}

// GetSessionToken gives temporary credentials of the caller itself.
func (s *Service) GetSessionToken(ctx context.Context, in *sts.GetSessionTokenInput) (*sts.GetSessionTokenOutput, error) {
	lifetime, err := duration(in.DurationSeconds, 12*time.Hour, 36*time.Hour)
	if err != nil {
		return nil, err
	}
	arn, userID := s.identity(ctx)
	return &sts.GetSessionTokenOutput{Credentials: s.issue(arn, userID, lifetime)}, nil
}

func duration(seconds *int32, usual, longest time.Duration) (time.Duration, error) {
	if seconds == nil {
		return usual, nil
	}
	d := time.Duration(*seconds) * time.Second
	if d < 15*time.Minute {
		return 0, invalid(fmt.Sprint(*seconds), "durationSeconds", "Member must have value greater than or equal to 900")
	}
	if d > longest {
		return 0, invalid(fmt.Sprint(*seconds), "durationSeconds", fmt.Sprintf("Member must have value less than or equal to %.0f", longest.Seconds()))
	}
	return d, nil
}

// invalid is AWS's answer to a member out of its constraint.
func invalid(value, member, constraint string) error {
	return &wire.Error{Code: "ValidationError",
		Message: fmt.Sprintf("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: %s", value, member, constraint)}
}

// issue makes and keeps temporary credentials, and forgets the expired ones.
func (s *Service) issue(arn, userID string, lifetime time.Duration) *types.Credentials {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.host.Clock.Now()
	for key, old := range s.sessions.All() {
		if !now.Before(old.Expires) {
			s.sessions.Delete(key)
		}
	}
	issued := session{
		Secret:  s.host.ID(host.MixedID, 40),
		Token:   s.host.ID(host.MixedID, 128),
		ARN:     arn,
		UserID:  userID,
		Expires: now.Add(lifetime).UTC().Truncate(time.Second),
	}
	key := "ASIA" + s.host.ID(host.UpperID, 16)
	s.sessions.Set(key, issued)
	return &types.Credentials{AccessKeyId: &key, SecretAccessKey: &issued.Secret, SessionToken: &issued.Token, Expiration: &issued.Expires}
}
