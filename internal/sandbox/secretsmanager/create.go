package secretsmanager

import (
	"context"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

// maxValue is the size of a secret's value, in bytes.
const maxValue = 65536

var nameGrammar = lazy.Regexp(`^[A-Za-z0-9/_+=.@-]{1,512}$`)

// CreateSecret makes a secret, with a first version if there is a value. Repeated
// with the same token and value it changes nothing.
func (s *Service) CreateSecret(_ context.Context, in *secretsmanager.CreateSecretInput) (*secretsmanager.CreateSecretOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := aws.ToString(in.Name)
	if !nameGrammar().MatchString(name) {
		return nil, &types.InvalidParameterException{Message: new(
			"Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!")}
	}
	v, err := s.newVersion(in.ClientRequestToken, in.SecretString, in.SecretBinary)
	if err != nil {
		return nil, err
	}
	if known, ok := s.secrets.Get(name); ok && !s.expired(known) {
		return created(known, v)
	}
	now := s.host.Clock.Now()
	sec := secret{
		Name: name, ARN: s.newARN(name), Description: aws.ToString(in.Description), KMSKey: aws.ToString(in.KmsKeyId),
		Kind: aws.ToString(in.Type), Tags: tagMap(in.Tags), Created: now, Changed: now,
	}
	out := &secretsmanager.CreateSecretOutput{ARN: &sec.ARN, Name: &sec.Name}
	if !v.empty() {
		if _, err := sec.put(v, []string{current}); err != nil {
			return nil, err
		}
		out.VersionId = &v.ID
	}
	s.secrets.Set(name, sec)
	return out, nil
}

// created answers a CreateSecret for a name that is taken.
func created(known secret, v version) (*secretsmanager.CreateSecretOutput, error) {
	if known.DeletedAt != nil {
		return nil, invalidRequest("You can't create this secret because a secret with this name is already scheduled for deletion.")
	}
	if same, ok := known.byID(v.ID); ok && same.sameValue(v) {
		return &secretsmanager.CreateSecretOutput{ARN: &known.ARN, Name: &known.Name, VersionId: &v.ID}, nil
	}
	return nil, &types.ResourceExistsException{Message: new("The operation failed because the secret " + known.Name + " already exists.")}
}

// newVersion checks a value and the token that becomes its id.
func (s *Service) newVersion(token, text *string, binary []byte) (version, error) {
	v := version{ID: aws.ToString(token), String: text, Binary: binary, Created: s.host.Clock.Now()}
	if v.ID == "" {
		v.ID = s.uuid()
	}
	switch {
	case len(v.ID) < 32 || len(v.ID) > 64:
		return version{}, invalidParameter("ClientRequestToken must be 32-64 characters long.")
	case text != nil && binary != nil:
		return version{}, invalidParameter("You can't specify both a binary secret value and a string secret value in the same secret.")
	case len(aws.ToString(text)) > maxValue || len(binary) > maxValue:
		return version{}, invalidParameter("The secret value exceeds the limit of 65536 bytes.")
	}
	return v, nil
}
