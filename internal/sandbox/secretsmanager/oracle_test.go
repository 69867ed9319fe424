package secretsmanager_test

import (
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

func TestAnswersAreMotosToo(t *testing.T) {
	theirs := sdk.NewFromConfig(oracle.Moto(t))
	ours, _ := client(t)
	ctx, id := t.Context(), aws.String("s")
	type step = oracle.Step[*sdk.Client]
	get := func(in *sdk.GetSecretValueInput) step {
		return step{Name: "get", Call: func(c *sdk.Client) (any, error) {
			in.SecretId = id
			out, err := c.GetSecretValue(ctx, in)
			if err != nil {
				return oracle.Code(err), nil // moto's status is 404, the service model knows 400 alone
			}
			return []any{out.Name, out.SecretString, out.VersionId, out.VersionStages}, nil
		}}
	}
	value := func(version, text string, stages ...string) step {
		return step{Name: "put " + version, Call: func(c *sdk.Client) (any, error) {
			out, err := c.PutSecretValue(ctx, &sdk.PutSecretValueInput{SecretId: id, SecretString: &text, ClientRequestToken: token(version), VersionStages: stages})
			if err != nil {
				return nil, err
			}
			return out.VersionId, nil
		}}
	}
	newSecret := func(version, text string) step {
		return step{Name: "create", Call: func(c *sdk.Client) (any, error) {
			out, err := c.CreateSecret(ctx, &sdk.CreateSecretInput{
				Name: id, SecretString: &text, ClientRequestToken: token(version), Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}},
			})
			if err != nil {
				return nil, err
			}
			return []any{out.Name, out.VersionId}, nil
		}}
	}
	describe := step{Name: "describe", Call: func(c *sdk.Client) (any, error) {
		out, err := c.DescribeSecret(ctx, &sdk.DescribeSecretInput{SecretId: id})
		if err != nil {
			return nil, err
		}
		maps.DeleteFunc(out.VersionIdsToStages, func(_ string, labels []string) bool { return len(labels) == 0 }) // moto shows those too
		return []any{out.Name, out.Tags, out.VersionIdsToStages, out.DeletedDate != nil}, nil
	}}
	remove := func(days int64) step {
		return step{Name: "delete", Call: func(c *sdk.Client) (any, error) {
			_, err := c.DeleteSecret(ctx, &sdk.DeleteSecretInput{SecretId: id, RecoveryWindowInDays: &days})
			return nil, err
		}}
	}
	oracle.Compare(t, ours, theirs, []step{
		get(&sdk.GetSecretValueInput{}),
		newSecret("v1", "one"),
		newSecret("v9", "other"),
		get(&sdk.GetSecretValueInput{}),
		value("v2", "two"),
		describe,
		value("v3", "three", "MINE"),
		get(&sdk.GetSecretValueInput{}),
		get(&sdk.GetSecretValueInput{VersionStage: aws.String("AWSPREVIOUS")}),
		get(&sdk.GetSecretValueInput{VersionId: token("v3")}),
		get(&sdk.GetSecretValueInput{VersionId: token("v7")}),
		get(&sdk.GetSecretValueInput{VersionId: token("v3"), VersionStage: aws.String("AWSCURRENT")}),
		{Name: "move the label", Call: func(c *sdk.Client) (any, error) {
			_, err := c.UpdateSecretVersionStage(ctx, &sdk.UpdateSecretVersionStageInput{
				SecretId: id, VersionStage: aws.String("AWSCURRENT"), RemoveFromVersionId: token("v2"), MoveToVersionId: token("v3"),
			})
			return nil, err
		}},
		describe, // moto's GetSecretValue does not follow the label, its DescribeSecret does
		get(&sdk.GetSecretValueInput{VersionStage: aws.String("AWSPREVIOUS")}),
		remove(5),
		remove(7),
		get(&sdk.GetSecretValueInput{}),
		{Name: "list without the deleted", Call: func(c *sdk.Client) (any, error) {
			out, err := c.ListSecrets(ctx, &sdk.ListSecretsInput{})
			if err != nil {
				return nil, err
			}
			return len(out.SecretList), nil
		}},
		{Name: "restore", Call: func(c *sdk.Client) (any, error) {
			_, err := c.RestoreSecret(ctx, &sdk.RestoreSecretInput{SecretId: id})
			return nil, err
		}},
		get(&sdk.GetSecretValueInput{VersionId: token("v2")}),
		{Name: "password", Call: func(c *sdk.Client) (any, error) {
			out, err := c.GetRandomPassword(ctx, &sdk.GetRandomPasswordInput{PasswordLength: aws.Int64(20), ExcludePunctuation: aws.Bool(true)})
			if err != nil {
				return nil, err
			}
			return len(*out.RandomPassword), nil
		}},
	})
}
