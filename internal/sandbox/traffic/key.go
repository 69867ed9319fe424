package traffic

import (
	"context"
	"encoding/json"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// Secrets is what FillSecrets needs of Secrets Manager.
type Secrets interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
	PutSecretValue(context.Context, *secretsmanager.PutSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error)
}

// FillSecrets gives the keys that the functions read, where none is set, values that
// the providers' stand-ins accept, and generates what can be. It gives the paths of
// the keys it has set. They open nothing outside the local platform.
func FillSecrets(ctx context.Context, client Secrets, env platform.Environment, random io.Reader) ([]string, error) {
	var set []string
	for _, secret := range platform.Secrets {
		filled, err := fill(ctx, client, env, secret, random)
		if err != nil {
			return set, err
		}
		set = append(set, filled...)
	}
	return set, nil
}

func fill(ctx context.Context, client Secrets, env platform.Environment, secret platform.Secret, random io.Reader) ([]string, error) {
	name := env.SecretName(secret)
	document := map[string]any{}
	current, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name})
	switch {
	case problem.Is(err, problem.NotFound): // without a value as yet
	case err != nil:
		return nil, err
	case json.Unmarshal([]byte(aws.ToString(current.SecretString)), &document) != nil:
		return nil, nil // somebody's own, which is left alone
	}
	var set []string
	for _, key := range secret.Keys() {
		if document[key.Name] != nil || key.Optional || len(key.Functions) == 0 && !key.CanGenerate() {
			continue
		}
		if document[key.Name], err = localValue(key, random); err != nil {
			return nil, err
		}
		set = append(set, key.Path())
	}
	if len(set) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	_, err = client.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{SecretId: &name, SecretString: aws.String(string(text))})
	if problem.Is(err, problem.NotFound) {
		return nil, nil // its stack is not deployed
	}
	return set, err
}

// localKeys have the providers' forms, and say what they are.
var localKeys = map[string]string{
	"openai_api_key":    "sk-local-platform-no-real-key",
	"anthropic_api_key": "sk-ant-local-platform-no-real-key",
	"sendgrid_api_key":  "SG.local-platform.no-real-key",
}

func localValue(key platform.SecretKey, random io.Reader) (string, error) {
	if key.CanGenerate() {
		return key.Generate(random)
	}
	return localKeys[key.Name], nil
}
