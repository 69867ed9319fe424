package secrets

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/keyvex/keyvex/internal/platform"
)

// lastPage says with an empty token that there is no further page, as some servers do.
type lastPage struct {
	API
	calls int
}

func (l *lastPage) ListSecretVersionIds(ctx context.Context, in *secretsmanager.ListSecretVersionIdsInput, o ...func(*secretsmanager.Options)) (*secretsmanager.ListSecretVersionIdsOutput, error) {
	if l.calls++; l.calls > 1 {
		return nil, errors.New("there is no further page")
	}
	out, err := l.API.ListSecretVersionIds(ctx, in, o...)
	if err == nil {
		out.NextToken = aws.String("")
	}
	return out, err
}

func TestAnEmptyTokenEndsTheVersions(t *testing.T) {
	v := vault(t, sdkAPI(t), platform.AISecret, "{}")
	v.API = &lastPage{API: v.API}
	if history, err := v.History(t.Context(), platform.AISecret); err != nil || len(history) != 1 {
		t.Errorf("%+v, %v", history, err)
	}
}
