package secretsmanager

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// The staging labels that Secrets Manager moves by itself.
const (
	current  = "AWSCURRENT"
	previous = "AWSPREVIOUS"
)

// secret is what is kept of a secret.
type secret struct {
	Name, ARN         string
	Description       string
	KMSKey            string
	Kind              string
	Tags              map[string]string
	Created, Changed  time.Time
	Accessed          *time.Time
	Versions          []version
	Policy            string
	DeletedAt, Expiry *time.Time
}

// version is one value of a secret, oldest first in its list.
type version struct {
	ID       string
	String   *string
	Binary   []byte
	Stages   []string
	Created  time.Time
	Accessed *time.Time
}

// sameValue reports whether two versions hold the same.
func (v version) sameValue(other version) bool {
	return (v.String == nil) == (other.String == nil) && aws.ToString(v.String) == aws.ToString(other.String) &&
		slices.Equal(v.Binary, other.Binary)
}

func (v version) empty() bool { return v.String == nil && v.Binary == nil }

// find gives the secret of that name, ARN, or ARN without its random end.
func (s *Service) find(id *string) (secret, error) {
	name := aws.ToString(id)
	if arn, ok := strings.CutPrefix(name, s.arn("")); ok {
		name = arn
	}
	sec, ok := s.secrets.Get(name)
	if end := len(name) - len("-") - suffixLength; !ok && end > 0 {
		sec, ok = s.secrets.Get(name[:end])
		ok = ok && sec.ARN == s.arn(name)
	}
	if !ok || s.expired(sec) {
		return secret{}, &types.ResourceNotFoundException{Message: new("Secrets Manager can't find the specified secret.")}
	}
	return sec, nil
}

// live finds a secret that is not marked for deletion.
func (s *Service) live(id *string) (secret, error) {
	sec, err := s.find(id)
	if err == nil && sec.DeletedAt != nil {
		return secret{}, invalidRequest("You can't perform this operation on the secret because it was marked for deletion.")
	}
	return sec, err
}

// expired reports whether a secret's recovery window is over. Such a secret is as
// good as gone, and makes room when its name is used again.
func (s *Service) expired(sec secret) bool {
	return sec.Expiry != nil && !s.host.Clock.Now().Before(*sec.Expiry)
}

// suffixLength is that of the random end of a secret's ARN.
const suffixLength = 6

func (s *Service) arn(rest string) string { return s.host.ARN("secretsmanager", "secret:"+rest) }

func (s *Service) newARN(name string) string {
	return s.arn(name + "-" + s.host.ID(host.MixedID, suffixLength))
}

// uuid is a version id for callers that gave no token of their own.
func (s *Service) uuid() string {
	id := s.host.ID(host.Hex, 32)
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

func invalidRequest(message string) error {
	return &types.InvalidRequestException{Message: &message}
}

func invalidParameter(message string) error {
	return &types.InvalidParameterException{Message: &message}
}

// nonEmpty gives AWS's absent for the empty string.
func nonEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
