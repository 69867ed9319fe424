package traffic

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// Parameters is what Find needs of the Parameter Store, Keys what it needs of API
// Gateway.
type Parameters interface {
	GetParameters(context.Context, *ssm.GetParametersInput, ...func(*ssm.Options)) (*ssm.GetParametersOutput, error)
}

// Keys lists API keys.
type Keys interface {
	GetApiKeys(context.Context, *apigateway.GetApiKeysInput, ...func(*apigateway.Options)) (*apigateway.GetApiKeysOutput, error)
}

// Find gives the target of the deployed local environment. Its issuer signs tokens
// for whoever knows the platform's secret key.
func Find(ctx context.Context, parameters Parameters, keys Keys, env platform.Environment, issuer, secretKey string) (Target, error) {
	target := Target{Origin: env.Spec().CORSOrigins}
	rest, socket := env.ParameterName(platform.RESTEndpoint), env.ParameterName(platform.WebSocketEndpoint)
	found, err := parameters.GetParameters(ctx, &ssm.GetParametersInput{Names: []string{rest, socket}})
	if err != nil {
		return target, err
	}
	for _, parameter := range found.Parameters {
		switch aws.ToString(parameter.Name) {
		case rest:
			target.REST = aws.ToString(parameter.Value)
		case socket:
			target.Socket = aws.ToString(parameter.Value)
		}
	}
	if target.REST == "" || target.Socket == "" {
		return target, problem.New(problem.NotFound, "%s has no APIs to send to", env).WithHint("keyvex deploy -e %s", env)
	}
	name := env.APIKeyName()
	listed, err := keys.GetApiKeys(ctx, &apigateway.GetApiKeysInput{NameQuery: &name, IncludeValues: aws.Bool(true)})
	if err != nil {
		return target, err
	}
	for _, key := range listed.Items {
		if aws.ToString(key.Name) == name {
			target.APIKey = aws.ToString(key.Value)
		}
	}
	target.Token = func(ctx context.Context, user string) (string, error) {
		return sign(ctx, issuer, secretKey, user, target.Origin)
	}
	return target, nil
}

// sign asks the local issuer for a session token.
func sign(ctx context.Context, issuer, secretKey, user, origin string) (string, error) {
	query := url.Values{"user": {user}, "azp": {origin}, "ttl": {"1h"}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, issuer+"/tokens?"+query.Encode(), nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("Authorization", "Bearer "+secretKey)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return "", fmt.Errorf("the local issuer of session tokens does not answer")
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the local issuer signs no session token: %s", response.Status)
	}
	var token struct {
		JWT string `json:"jwt"`
	}
	err = json.NewDecoder(response.Body).Decode(&token)
	return token.JWT, err
}
