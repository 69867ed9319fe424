package secretsmanager

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/keyvex/keyvex/internal/sandbox/page"
)

// DescribeSecret shows all of a secret but its values, deleted ones included until
// their recovery window is over.
func (s *Service) DescribeSecret(_ context.Context, in *secretsmanager.DescribeSecretInput) (*secretsmanager.DescribeSecretOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.find(in.SecretId)
	if err != nil {
		return nil, err
	}
	return &secretsmanager.DescribeSecretOutput{
		ARN: &sec.ARN, Name: &sec.Name, Description: nonEmpty(sec.Description), KmsKeyId: nonEmpty(sec.KMSKey), Type: nonEmpty(sec.Kind),
		CreatedDate: &sec.Created, LastChangedDate: &sec.Changed, LastAccessedDate: sec.Accessed, DeletedDate: sec.DeletedAt,
		Tags: tagList(sec.Tags), VersionIdsToStages: sec.stages(),
	}, nil
}

// ListSecretVersionIds lists versions, those without a staging label when asked.
func (s *Service) ListSecretVersionIds(_ context.Context, in *secretsmanager.ListSecretVersionIdsInput) (*secretsmanager.ListSecretVersionIdsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.find(in.SecretId)
	if err != nil {
		return nil, err
	}
	versions := []types.SecretVersionsListEntry{}
	for _, v := range sec.Versions {
		if len(v.Stages) > 0 || aws.ToBool(in.IncludeDeprecated) {
			versions = append(versions, types.SecretVersionsListEntry{
				VersionId: &v.ID, VersionStages: v.Stages, CreatedDate: &v.Created, LastAccessedDate: v.Accessed,
				KmsKeyIds: []string{"DefaultEncryptionKey"},
			})
		}
	}
	size, err := pageSize(in.MaxResults)
	if err != nil {
		return nil, err
	}
	order := func(v types.SecretVersionsListEntry) string { return sortableTime(*v.CreatedDate) + *v.VersionId }
	some, next, ok := page.Of(sortedBy(versions, order), order, aws.ToString(in.NextToken), size)
	if !ok {
		return nil, &types.InvalidNextTokenException{Message: new("Invalid NextToken.")}
	}
	return &secretsmanager.ListSecretVersionIdsOutput{ARN: &sec.ARN, Name: &sec.Name, Versions: some, NextToken: nonEmpty(next)}, nil
}
