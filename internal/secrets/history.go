package secrets

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// Past is one version of a secret.
type Past struct {
	Version string
	Created time.Time
	// Accessed is the day of the last read, zero for none: AWS keeps no more.
	Accessed time.Time
	// Stages are its staging labels. A version without one is kept for a while and
	// read by nobody.
	Stages []string
}

// Current reports whether it is the version that readers get.
func (p Past) Current() bool { return slices.Contains(p.Stages, currentStage) }

// History lists the secret's versions, the newest first.
func (v *Vault) History(ctx context.Context, secret platform.Secret) ([]Past, error) {
	if _, err := v.describe(ctx, secret); err != nil {
		return nil, err
	}
	in := &secretsmanager.ListSecretVersionIdsInput{SecretId: aws.String(v.Environment.SecretName(secret)), IncludeDeprecated: aws.Bool(true)}
	var out []Past
	for {
		page, err := v.API.ListSecretVersionIds(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, version := range page.Versions {
			out = append(out, pastOf(version))
		}
		if in.NextToken = page.NextToken; aws.ToString(in.NextToken) == "" {
			break
		}
	}
	slices.SortStableFunc(out, func(a, b Past) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.rank(), b.rank()))
	})
	return out, nil
}

// rank orders versions that were written at the same instant.
func (p Past) rank() int {
	switch {
	case p.Current():
		return 0
	case slices.Contains(p.Stages, previousStage):
		return 1
	}
	return 2
}

func pastOf(version types.SecretVersionsListEntry) Past {
	return Past{
		Version: aws.ToString(version.VersionId), Created: aws.ToTime(version.CreatedDate),
		Accessed: aws.ToTime(version.LastAccessedDate), Stages: version.VersionStages,
	}
}

// Back is the way to the version before.
type Back struct {
	Base Snapshot
	// Version is the one that becomes the current.
	Version     string
	Differences []Difference
}

// PlanRollback says what going back to AWSPREVIOUS would change. A Redis token that
// differs is refused: Redis would let in nobody.
func (v *Vault) PlanRollback(ctx context.Context, secret platform.Secret) (Back, error) {
	s, err := v.Read(ctx, secret)
	switch {
	case err != nil:
		return Back{}, err
	case s.refusal != nil:
		return Back{}, s.refusal
	case s.Previous == "":
		return Back{}, problem.New(problem.NotFound, "%s has no version before this one", s.Name).
			WithHint("keyvex secrets history %s -e %s", secret, v.Environment)
	}
	out, err := v.API.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &s.Name, VersionId: &s.Previous})
	if err != nil {
		return Back{}, err
	}
	document := NewValue([]byte(aws.ToString(out.SecretString)))
	defer document.Wipe()
	back := Back{Base: s, Version: s.Previous, Differences: differences(s.document.Bytes(), document.Bytes(), secret)}
	if slices.ContainsFunc(back.Differences, func(d Difference) bool {
		return secret == platform.DatabaseSecret && d.Name == platform.RedisAuthTokenKey
	}) {
		return Back{}, problem.New(problem.Refused, "the version before has another %s, which Redis does not know any more", platform.RedisAuthTokenKey).
			WithHint("keyvex secrets set %s.%s sets it in both places", platform.DatabaseSecret, platform.RedisAuthTokenKey)
	}
	return back, nil
}

// Rollback makes the version before the current one again, under the same guard as
// Write.
func (v *Vault) Rollback(ctx context.Context, back Back) (Written, error) {
	if err := ctx.Err(); err != nil {
		return Written{}, err
	}
	if err := v.promote(context.WithoutCancel(ctx), back.Base, back.Version); err != nil {
		return Written{}, err
	}
	return Written{Version: back.Version, Previous: back.Base.Version, Changed: true}, nil
}

// Forget takes AWSPREVIOUS from a version, so that no rollback brings it back. The
// version stays readable by its id until AWS removes versions without labels.
func (v *Vault) Forget(ctx context.Context, secret platform.Secret, version string) error {
	_, err := v.API.UpdateSecretVersionStage(ctx, &secretsmanager.UpdateSecretVersionStageInput{
		SecretId: aws.String(v.Environment.SecretName(secret)), VersionStage: aws.String(previousStage), RemoveFromVersionId: &version,
	})
	return err
}
