package secrets

import (
	"context"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// API is what is needed of Secrets Manager. Its errors are [problem.Error]s.
type API interface {
	DescribeSecret(context.Context, *secretsmanager.DescribeSecretInput, ...func(*secretsmanager.Options)) (*secretsmanager.DescribeSecretOutput, error)
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
	ListSecretVersionIds(context.Context, *secretsmanager.ListSecretVersionIdsInput, ...func(*secretsmanager.Options)) (*secretsmanager.ListSecretVersionIdsOutput, error)
	PutSecretValue(context.Context, *secretsmanager.PutSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error)
	UpdateSecretVersionStage(context.Context, *secretsmanager.UpdateSecretVersionStageInput, ...func(*secretsmanager.Options)) (*secretsmanager.UpdateSecretVersionStageOutput, error)
}

// Vault is the three secrets of one environment.
type Vault struct {
	API         API
	Environment platform.Environment
	Clock       clock.Clock
	// Random is a source of cryptographic randomness.
	Random io.Reader
}

// The staging labels that are AWS's.
const (
	currentStage  = "AWSCURRENT"
	previousStage = "AWSPREVIOUS"
)

// Snapshot is a secret as it was read.
type Snapshot struct {
	Secret platform.Secret
	// Name is the secret's in Secrets Manager.
	Name string
	// Version is the id of the current version, empty while the secret has no value.
	Version string
	// Previous is the id of the version before, empty when there is none.
	Previous string
	// Created is when the current version was written.
	Created time.Time

	document Value
	// refusal says why the secret must not be written; nil when it may.
	refusal error
}

// Read gives the secret's current version. A secret that is not there is a not found
// problem, one without a value is not a problem.
func (v *Vault) Read(ctx context.Context, secret platform.Secret) (Snapshot, error) {
	s := Snapshot{Secret: secret, Name: v.Environment.SecretName(secret)}
	described, err := v.describe(ctx, secret)
	if err != nil {
		return s, err
	}
	s.refusal = refusal(s.Name, described)
	s.Previous = holder(described.VersionIdsToStages, previousStage)
	if holder(described.VersionIdsToStages, currentStage) == "" {
		return s, nil
	}
	out, err := v.API.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &s.Name, VersionStage: aws.String(currentStage)})
	if err != nil {
		return s, err
	}
	s.Version, s.Created = aws.ToString(out.VersionId), aws.ToTime(out.CreatedDate)
	s.document = NewValue([]byte(aws.ToString(out.SecretString)))
	if out.SecretString == nil {
		s.refusal = problem.New(problem.Refused, "%s holds binary data, which keyvex does not write", s.Name).
			WithHint("replace it by a JSON object in Secrets Manager")
	}
	return s, nil
}

func (v *Vault) describe(ctx context.Context, secret platform.Secret) (*secretsmanager.DescribeSecretOutput, error) {
	name := v.Environment.SecretName(secret)
	out, err := v.API.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &name})
	switch {
	case problem.Is(err, problem.NotFound):
		return nil, problem.New(problem.NotFound, "there is no secret %s", name).
			WithHint("keyvex deploy -e %s --stack %s makes it", v.Environment, platform.Security).WithCause(err)
	case err != nil:
		return nil, err
	case out.DeletedDate != nil:
		return nil, problem.New(problem.Refused, "%s is scheduled for deletion on %s", name, out.DeletedDate.UTC().Format(time.DateOnly)).
			WithHint("aws secretsmanager restore-secret --secret-id %s", name)
	}
	return out, nil
}

// refusal says why a secret must not be written by hand.
func refusal(name string, d *secretsmanager.DescribeSecretOutput) error {
	switch {
	case aws.ToBool(d.RotationEnabled):
		return problem.New(problem.Refused, "%s is rotated by a function, which would overwrite what you set", name).
			WithHint("aws secretsmanager cancel-rotate-secret --secret-id %s, if it is to be set by hand", name)
	case len(d.ReplicationStatus) > 0:
		return problem.New(problem.Refused, "%s is replicated to other regions, where keyvex does not look", name).
			WithHint("remove the replicas, or write it in Secrets Manager")
	case aws.ToString(d.OwningService) != "":
		return problem.New(problem.Refused, "%s belongs to the service %s", name, *d.OwningService).
			WithHint("change it there")
	}
	return nil
}

// holder is the version that a staging label is attached to.
func holder(stages map[string][]string, stage string) string {
	for id, labels := range stages {
		for _, label := range labels {
			if label == stage {
				return id
			}
		}
	}
	return ""
}

// texts are the keys with their values; nil where the document is no JSON object.
func (s Snapshot) texts() map[string]text {
	out := map[string]text{}
	for name, t := range texts(s.document.Bytes()) {
		out[name] = t
	}
	return out
}

// Get gives a copy of one key's value; a key that is not set is a not found problem.
func (s Snapshot) Get(key platform.SecretKey) (Value, error) {
	all := s.texts()
	t, ok := all[key.Name]
	delete(all, key.Name)
	wipeAll(all)
	if !ok || t.isNull {
		return Value{}, problem.New(problem.NotFound, "%s is not set", key.Path()).WithHint("keyvex secrets set %s", key.Path())
	}
	return t.value, nil
}

// Wipe overwrites what was read.
func (s Snapshot) Wipe() { s.document.Wipe() }
