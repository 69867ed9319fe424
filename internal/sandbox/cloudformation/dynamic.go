package cloudformation

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/keyvex/keyvex/internal/sandbox/cloudformation/template"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// resolve replaces dynamic references on the way to a service.
func (s *Service) resolve(ctx context.Context, properties map[string]any) (map[string]any, error) {
	v, err := template.Resolve(properties, func(d template.Dynamic) (string, error) {
		if d.Service == "secretsmanager" {
			return s.resolveSecret(ctx, d)
		}
		return s.resolveParameter(ctx, d)
	})
	if err != nil {
		return nil, err
	}
	return v.(map[string]any), nil
}

func (s *Service) resolveParameter(ctx context.Context, d template.Dynamic) (string, error) {
	version, err := strconv.ParseInt("0"+d.Version, 10, 64)
	if err != nil {
		return "", &template.Error{Message: fmt.Sprintf("Incorrect format is used in the following SSM reference: [%s:%s]", d.Name, d.Version)}
	}
	if s.lookups.Parameter != nil {
		if text, ok := s.lookups.Parameter(ctx, d.Name, version); ok {
			return text, nil
		}
	}
	return "", &template.Error{Message: fmt.Sprintf("Parameters: [%s:%s:%s] cannot be found.", d.Service, d.Name, d.Version)}
}

func (s *Service) resolveSecret(ctx context.Context, d template.Dynamic) (string, error) {
	if s.lookups.Secret == nil {
		return "", &template.Error{Message: "Secrets Manager can't find the specified secret."}
	}
	text, err := s.lookups.Secret(ctx, d.Name, d.Stage, d.Version)
	if err != nil {
		return "", &template.Error{Message: err.Error()}
	}
	if d.JSONKey == "" {
		return text, nil
	}
	var object map[string]any
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		return "", &template.Error{Message: "Could not parse SecretString JSON"}
	}
	if v, ok := resource.Text(object[d.JSONKey]); ok {
		return v, nil
	}
	return "", &template.Error{Message: "Could not find a value associated with JSONKey in SecretString"}
}
