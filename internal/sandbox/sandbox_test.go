package sandbox

import (
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/lambdas/functions"
)

func TestMain(m *testing.M) {
	functions.RunIfMarked()
	oracle.Verify(m)
}

func TestTheSDKReachesASandboxInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := New(Options{})
		if err != nil {
			t.Fatal(err)
		}
		out, err := sts.NewFromConfig(s.SDKConfig()).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
		if err != nil || *out.Account != DefaultAccount {
			t.Errorf("%v, %v", out, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestTemporaryCredentialsSignAndNobodyElseDoes(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	cfg := s.SDKConfig()
	session, err := sts.NewFromConfig(cfg).GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	c := session.Credentials
	cfg.Credentials = credentials.NewStaticCredentialsProvider(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
	if _, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{}); err != nil {
		t.Error(err)
	}
	cfg.Credentials = credentials.NewStaticCredentialsProvider(*c.AccessKeyId, "guessed", "")
	if _, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{}); err == nil {
		t.Error("a guessed secret was taken")
	}
}

func TestStateSurvivesInTheFolder(t *testing.T) {
	folder := t.TempDir()
	for round, name := range []string{"/first", "/second"} {
		s, err := New(Options{Folder: folder})
		if err != nil {
			t.Fatal(err)
		}
		client := ssm.NewFromConfig(s.SDKConfig())
		if _, err := client.PutParameter(t.Context(), &ssm.PutParameterInput{Name: &name, Value: aws.String("v"), Type: "String"}); err != nil {
			t.Fatal(err)
		}
		out, err := client.GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{Path: aws.String("/")})
		if err != nil || len(out.Parameters) != round+1 {
			t.Errorf("round %d: %v, %v", round, out, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatCannotBeSavedIsNotAnswered(t *testing.T) {
	s, err := New(Options{Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.host.State.Close(); err != nil {
		t.Fatal(err)
	}
	client := ssm.NewFromConfig(s.SDKConfig(), func(o *ssm.Options) { o.RetryMaxAttempts = 1 })
	if _, err := client.PutParameter(t.Context(), &ssm.PutParameterInput{Name: aws.String("/p"), Value: aws.String("v"), Type: "String"}); err == nil {
		t.Error("a change that is nowhere was answered")
	}
	if s.host.State.Err() == nil || len(s.Notices()) != 0 {
		t.Error("the failure does not stay")
	}
}

func TestAssumedRolesAreWhoTheyAre(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	cfg := s.SDKConfig()
	role, err := iam.NewFromConfig(cfg).CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("reader"),
		AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	out, err := sts.NewFromConfig(cfg).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: role.Role.Arn, RoleSessionName: aws.String("me")})
	if err != nil {
		t.Fatal(err)
	}
	c := out.Credentials
	cfg.Credentials = credentials.NewStaticCredentialsProvider(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil || *who.Arn != "arn:aws:sts::"+DefaultAccount+":assumed-role/reader/me" || *who.UserId != *role.Role.RoleId+":me" {
		t.Error(who, err)
	}
}
