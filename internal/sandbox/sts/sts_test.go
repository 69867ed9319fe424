package sts

import (
	"crypto/rand"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

type roles map[string]string

func (r roles) RoleID(arn string) (string, bool) { id, ok := r[arn]; return id, ok }

const roleARN = "arn:aws:iam::000000000000:role/path/reader"

func newService() *Service {
	return New(&host.Host{Account: "000000000000", Region: "eu-west-1", Clock: clock.Wall{}, Random: rand.Reader, State: state.Memory()},
		roles{roleARN: "AROAEXAMPLE"})
}

func TestTheAccountItselfIsRoot(t *testing.T) {
	out, err := newService().GetCallerIdentity(t.Context(), nil)
	if err != nil || *out.Arn != "arn:aws:iam::000000000000:root" || *out.UserId != "000000000000" || *out.Account != "000000000000" {
		t.Errorf("%v, %v", out, err)
	}
}

func TestAssumedRoleIsTheCallerUntilItExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		out, err := s.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String(roleARN), RoleSessionName: aws.String("me")})
		if err != nil {
			t.Fatal(err)
		}
		if got := *out.AssumedRoleUser.Arn; got != "arn:aws:sts::000000000000:assumed-role/reader/me" {
			t.Errorf("the role's user is %s", got)
		}
		secret, token, ok := s.Credential(*out.Credentials.AccessKeyId)
		if !ok || secret != *out.Credentials.SecretAccessKey || token != *out.Credentials.SessionToken {
			t.Error("the credentials are not known")
		}
		if d := time.Until(*out.Credentials.Expiration); d != time.Hour {
			t.Errorf("expires in %v", d)
		}
		time.Sleep(time.Hour)
		if _, _, ok := s.Credential(*out.Credentials.AccessKeyId); ok {
			t.Error("expired credentials are accepted")
		}
	})
}

func TestRefusedRequests(t *testing.T) {
	s := newService()
	assume := func(arn, name string, seconds int32) error {
		_, err := s.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: &name, DurationSeconds: &seconds})
		return err
	}
	session := func(seconds int32) error {
		_, err := s.GetSessionToken(t.Context(), &sts.GetSessionTokenInput{DurationSeconds: &seconds})
		return err
	}
	for name, c := range map[string]struct {
		err  error
		code string
	}{
		"unknown role":      {assume(roleARN+"x", "me", 900), "AccessDenied"},
		"bad session name":  {assume(roleARN, "a b", 900), "ValidationError"},
		"too short":         {assume(roleARN, "me", 899), "ValidationError"},
		"too long":          {assume(roleARN, "me", 43201), "ValidationError"},
		"session too long":  {session(129601), "ValidationError"},
		"longest session":   {session(129600), ""},
		"longest role":      {assume(roleARN, "me", 43200), ""},
		"shortest of roles": {assume(roleARN, "me", 900), ""},
	} {
		e, _ := errors.AsType[*wire.Error](c.err)
		if c.code == "" && c.err != nil || c.code != "" && (e == nil || e.Code != c.code) {
			t.Errorf("%s: %v", name, c.err)
		}
	}
}
