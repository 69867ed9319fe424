package secretsmanager

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/keyvex/keyvex/internal/sandbox/page"
)

// maxPage is how many entries a page of a list holds at most, and without a wish.
const maxPage = 100

// ListSecrets lists secrets without their values, the newest first unless the
// caller wants another order. Those marked for deletion are shown when asked for.
func (s *Service) ListSecrets(_ context.Context, in *secretsmanager.ListSecretsInput) (*secretsmanager.ListSecretsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	size, err := pageSize(in.MaxResults)
	if err != nil {
		return nil, err
	}
	all := []secret{}
	for _, sec := range s.secrets.All() {
		hidden := sec.DeletedAt != nil && !aws.ToBool(in.IncludePlannedDeletion)
		if !hidden && !s.expired(sec) && matchesAll(sec, in.Filters) {
			all = append(all, sec)
		}
	}
	order := ordering(in.SortBy, in.SortOrder)
	some, next, ok := page.Of(sortedBy(all, order), order, aws.ToString(in.NextToken), size)
	if !ok {
		return nil, &types.InvalidNextTokenException{Message: new("Invalid NextToken.")}
	}
	out := &secretsmanager.ListSecretsOutput{SecretList: []types.SecretListEntry{}, NextToken: nonEmpty(next)}
	for _, sec := range some {
		out.SecretList = append(out.SecretList, sec.entry())
	}
	return out, nil
}

func (sec secret) entry() types.SecretListEntry {
	return types.SecretListEntry{
		ARN: &sec.ARN, Name: &sec.Name, Description: nonEmpty(sec.Description), KmsKeyId: nonEmpty(sec.KMSKey), Type: nonEmpty(sec.Kind),
		CreatedDate: &sec.Created, LastChangedDate: &sec.Changed, LastAccessedDate: sec.Accessed, DeletedDate: sec.DeletedAt,
		Tags: tagList(sec.Tags), SecretVersionsToStages: sec.stages(),
	}
}

// ordering gives the key by which the caller wants secrets in order.
func ordering(by types.SortByType, direction types.SortOrderType) func(secret) string {
	ascending := func(sec secret) string {
		switch by {
		case types.SortByTypeName:
			return sec.Name
		case types.SortByTypeLastChangedDate:
			return sortableTime(sec.Changed) + sec.Name
		case types.SortByTypeLastAccessedDate:
			return sortableTime(aws.ToTime(sec.Accessed)) + sec.Name
		}
		return sortableTime(sec.Created) + sec.Name
	}
	if direction == types.SortOrderTypeAsc {
		return ascending
	}
	return func(sec secret) string { return reversed(ascending(sec)) }
}

// sortableTime is a text whose order is that of time.
func sortableTime(t time.Time) string { return fmt.Sprintf("%020d", max(t.UnixNano(), 0)) }

// reversed turns a key around: the larger the key, the smaller what it gives.
func reversed(key string) string {
	out := make([]byte, 0, len(key)+1)
	for _, b := range []byte(key) {
		out = append(out, ^b)
	}
	return string(append(out, 0xff))
}

func sortedBy[T any](items []T, key func(T) string) []T {
	slices.SortFunc(items, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
	return items
}

func pageSize(wanted *int32) (int, error) {
	if wanted == nil {
		return maxPage, nil
	}
	if *wanted < 1 || *wanted > maxPage {
		return 0, invalidParameter("MaxResults must be between 1 and 100.")
	}
	return int(*wanted), nil
}
