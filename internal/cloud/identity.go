package cloud

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/keyvex/keyvex/internal/problem"
)

// Identity is who the session's credentials belong to.
type Identity struct {
	Account, ARN string
}

// Identity asks STS once and remembers the answer.
func (s *Session) Identity(ctx context.Context) (Identity, error) {
	s.identity.Lock()
	defer s.identity.Unlock()
	if s.knownIdentity != nil {
		return *s.knownIdentity, nil
	}
	out, err := s.clients.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return Identity{}, err
	}
	s.knownIdentity = &Identity{Account: aws.ToString(out.Account), ARN: aws.ToString(out.Arn)}
	return *s.knownIdentity, nil
}

// Writable is the identity, once it is known to be that of the pinned account and
// the session may write. Every command that writes calls it first.
func (s *Session) Writable(ctx context.Context) (Identity, error) {
	if s.Options.ReadOnly {
		return Identity{}, problem.New(problem.Refused, "%s is read-only here, nothing was changed", s.Options.Environment).
			WithHint("leave out --read-only, or change read_only in keyvex.toml")
	}
	who, err := s.Identity(ctx)
	if err != nil {
		return Identity{}, err
	}
	if pinned := s.Options.Account; pinned != "" && pinned != who.Account {
		return Identity{}, problem.New(problem.Refused, "%s is pinned to account %s, you are %s", s.Options.Environment, pinned, who.Account).
			WithHint("use --profile with that account's profile, or change account in keyvex.toml")
	}
	return who, nil
}
