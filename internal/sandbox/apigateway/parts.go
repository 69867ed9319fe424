package apigateway

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/keyvex/keyvex/internal/sandbox/alike"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type modelProperties struct {
	ContentType *string
	Description *string
	Name        *string
	RestApiId   string `cfn:"required"`
	Schema      any
}

type validatorProperties struct {
	Name                      *string
	RestApiId                 string `cfn:"required"`
	ValidateRequestBody       *bool
	ValidateRequestParameters *bool
}

type responseProperties struct {
	ResponseParameters map[string]string
	ResponseTemplates  map[string]string
	ResponseType       types.GatewayResponseType `cfn:"required"`
	RestApiId          string                    `cfn:"required"`
	StatusCode         *string
}

var modelName = lazy.Regexp(`^[A-Za-z0-9]+$`)

func (s *Service) modelType() resource.Type {
	return typed(s, resource.Type{
		Name: "AWS::ApiGateway::Model", CreateOnly: []string{"ContentType", "Name", "RestApiId"},
	}, piece[modelProperties]{
		things: s.models,
		parent: func(p *modelProperties) string { return p.RestApiId },
		id: func(p *modelProperties) string {
			if p.Name == nil {
				return "Model" + s.host.ID(host.MixedID, 12)
			}
			return *p.Name
		},
		taken: "Model name already exists for this REST API",
		check: func(id string, p *modelProperties) error {
			if _, err := s.findAPI(p.RestApiId); err != nil {
				return err
			}
			if !modelName().MatchString(id) {
				return badRequest("Model name must be alphanumeric: %s", id)
			}
			if p.Schema != nil && !json.Valid([]byte(resource.Document(p.Schema))) {
				return badRequest("Invalid model specified: Validation Result: warnings : [], errors : [Invalid model schema specified]")
			}
			return nil
		},
		removable: func(id string, p *modelProperties) error {
			for _, m := range record.Of(s.methods, p.RestApiId) {
				for _, used := range m.Properties.RequestModels {
					if used == id {
						return conflict("Cannot delete model '%s', is referenced in method request: %s", id, m.ID)
					}
				}
			}
			return nil
		},
	})
}

func (s *Service) validatorType() resource.Type {
	return typed(s, resource.Type{
		Name: "AWS::ApiGateway::RequestValidator", CreateOnly: []string{"Name", "RestApiId"}, Attributes: []string{"RequestValidatorId"},
	}, piece[validatorProperties]{
		things: s.validators,
		parent: func(p *validatorProperties) string { return p.RestApiId },
		check: func(_ string, p *validatorProperties) error {
			_, err := s.findAPI(p.RestApiId)
			return err
		},
		removable: func(id string, p *validatorProperties) error {
			for _, m := range record.Of(s.methods, p.RestApiId) {
				if value(m.Properties.RequestValidatorId) == id {
					return conflict("Cannot delete RequestValidator '%s', is referenced in method: %s", id, m.ID)
				}
			}
			return nil
		},
		attributes: func(id string, _ *validatorProperties) map[string]any {
			return map[string]any{"RequestValidatorId": id}
		},
	})
}

func (s *Service) responseType() resource.Type {
	return typed(s, resource.Type{
		Name: "AWS::ApiGateway::GatewayResponse", CreateOnly: []string{"ResponseType", "RestApiId"}, Attributes: []string{"Id"},
	}, piece[responseProperties]{
		things: s.responses,
		parent: func(p *responseProperties) string { return p.RestApiId },
		id:     func(p *responseProperties) string { return p.RestApiId + "-" + string(p.ResponseType) },
		taken:  "Gateway response already exists for this type",
		check: func(_ string, p *responseProperties) error {
			if !slices.Contains(p.ResponseType.Values(), p.ResponseType) {
				return badRequest("Invalid gateway response type: %s", p.ResponseType)
			}
			_, err := s.findAPI(p.RestApiId)
			return err
		},
		attributes: func(id string, _ *responseProperties) map[string]any { return map[string]any{"Id": id} },
	})
}

// GetModels lists an API's models.
func (s *Service) GetModels(_ context.Context, in *apigateway.GetModelsInput) (*apigateway.GetModelsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.findAPI(value(in.RestApiId)); err != nil {
		return nil, err
	}
	some, next, err := listed(s.models, *in.RestApiId, in.Position, in.Limit, func(r record.Record[modelProperties]) types.Model {
		shown := types.Model{Id: &r.ID, Name: &r.ID, Description: r.Properties.Description, ContentType: r.Properties.ContentType}
		if r.Properties.Schema != nil {
			shown.Schema = new(resource.Document(r.Properties.Schema))
		}
		return shown
	})
	return &apigateway.GetModelsOutput{Items: some, Position: next}, err
}

// GetRequestValidators lists an API's request validators.
func (s *Service) GetRequestValidators(_ context.Context, in *apigateway.GetRequestValidatorsInput) (*apigateway.GetRequestValidatorsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.findAPI(value(in.RestApiId)); err != nil {
		return nil, err
	}
	some, next, err := listed(s.validators, *in.RestApiId, in.Position, in.Limit, func(r record.Record[validatorProperties]) types.RequestValidator {
		shown := alike.As[types.RequestValidator](r.Properties)
		shown.Id = &r.ID
		return shown
	})
	return &apigateway.GetRequestValidatorsOutput{Items: some, Position: next}, err
}

// GetGatewayResponses lists the gateway responses that an API has of its own.
func (s *Service) GetGatewayResponses(_ context.Context, in *apigateway.GetGatewayResponsesInput) (*apigateway.GetGatewayResponsesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.findAPI(value(in.RestApiId)); err != nil {
		return nil, err
	}
	some, next, err := listed(s.responses, *in.RestApiId, in.Position, in.Limit, func(r record.Record[responseProperties]) types.GatewayResponse {
		return alike.As[types.GatewayResponse](r.Properties)
	})
	return &apigateway.GetGatewayResponsesOutput{Items: some, Position: next}, err
}
