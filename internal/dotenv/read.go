package dotenv

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// ParameterReader is what Read needs of the Parameter Store.
type ParameterReader interface {
	GetParameters(ctx context.Context, in *ssm.GetParametersInput, opts ...func(*ssm.Options)) (*ssm.GetParametersOutput, error)
}

// For resolves the variables of the session's environment in two calls, the
// identity and the contract, and locally a third for the API key. With none of the
// contract there it is a not found problem.
func For(ctx context.Context, session *cloud.Session) ([]Group, error) {
	env := session.Options.Environment
	values, err := Read(ctx, session.SSM(), env)
	if err != nil {
		return nil, err
	}
	who, err := session.Identity(ctx)
	if err != nil {
		return nil, err
	}
	if len(values) == 0 {
		return nil, problem.New(problem.NotFound, "%s is not deployed in account %s, %s", env, who.Account, session.Region()).
			WithHint("keyvex deploy -e %s", env)
	}
	place := Place{Environment: env, Account: who.Account, Region: session.Region(), Endpoint: session.Endpoint()}
	if local := session.Options.Local; local != nil {
		place.AccessKeyID, place.SecretKey, place.CAFile = local.AccessKeyID, local.SecretKey, local.CAFile
		if place.APIKey, err = apiKey(ctx, session); err != nil {
			return nil, err
		}
	}
	return Resolve(place, values), nil
}

// apiKey reads the REST API's key; empty if there is none.
func apiKey(ctx context.Context, session *cloud.Session) (string, error) {
	name := session.Options.Environment.APIKeyName()
	out, err := session.APIGateway().GetApiKeys(ctx, &apigateway.GetApiKeysInput{NameQuery: &name, IncludeValues: aws.Bool(true)})
	if err != nil {
		return "", err
	}
	for _, key := range out.Items {
		if aws.ToString(key.Name) == name {
			return aws.ToString(key.Value), nil
		}
	}
	return "", nil
}

// Read gives the contract values that exist, in one call.
func Read(ctx context.Context, api ParameterReader, env platform.Environment) (map[platform.Contract]string, error) {
	named := map[string]platform.Contract{}
	input := &ssm.GetParametersInput{}
	for _, spec := range platform.Contracts {
		name := env.ParameterName(spec.Key)
		named[name] = spec.Key
		input.Names = append(input.Names, name)
	}
	out, err := api.GetParameters(ctx, input)
	if err != nil {
		return nil, err
	}
	values := map[platform.Contract]string{}
	for _, parameter := range out.Parameters {
		values[named[aws.ToString(parameter.Name)]] = aws.ToString(parameter.Value)
	}
	return values, nil
}
