package dotenv

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
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
// identity and the contract. With none of the contract there it is a not found
// problem.
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
		place.AccessKeyID, place.SecretKey = local.AccessKeyID, local.SecretKey
	}
	return Resolve(place, values), nil
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
