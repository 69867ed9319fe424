package traffic

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// TargetOf takes the addresses and the key that the application has, "NAME=value"
// each, and tokens from the local issuer, which signs them for whoever knows the
// platform's secret key.
func TargetOf(variables []string, env platform.Environment, issuer, secretKey string) (Target, error) {
	value := func(name string) string {
		for _, variable := range variables {
			if v, ok := strings.CutPrefix(variable, name+"="); ok {
				return v
			}
		}
		return ""
	}
	target := Target{
		REST: value("REST_API_ENDPOINT"), Socket: value("WEBSOCKET_API_ENDPOINT"), APIKey: value("REST_API_KEY"),
		Origin: env.Spec().CORSOrigins,
	}
	if target.REST == "" || target.Socket == "" || target.APIKey == "" {
		return target, problem.New(problem.NotFound, "%s has no APIs to send to", env).WithHint("keyvex deploy -e %s", env)
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
