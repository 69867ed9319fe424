package apigateway

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/keyvex/keyvex/internal/sandbox/alike"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type keyProperties struct {
	CustomerId         *string
	Description        *string
	Enabled            *bool
	GenerateDistinctId *bool
	Name               *string
	StageKeys          []types.StageKey
	Tags               []resource.Tag
	Value              *string
}

type planProperties struct {
	ApiStages     []types.ApiStage
	Description   *string
	Quota         *types.QuotaSettings
	Tags          []resource.Tag
	Throttle      *types.ThrottleSettings
	UsagePlanName *string
}

type planKeyProperties struct {
	KeyId       string `cfn:"required"`
	KeyType     string `cfn:"required"`
	UsagePlanId string `cfn:"required"`
}

// keyLength is that of a made-up API key; AWS takes keys of 20 characters or more.
const (
	keyLength   = 40
	shortestKey = 20
)

func (s *Service) keyType() resource.Type {
	return typed(s, resource.Type{
		Name: "AWS::ApiGateway::ApiKey", NameProperty: "", CreateOnly: []string{"GenerateDistinctId", "Name", "Value"},
		WriteOnly: []string{"GenerateDistinctId"}, Attributes: []string{"APIKeyId"},
	}, piece[keyProperties]{
		things: s.keys,
		id:     func(*keyProperties) string { return s.host.ID(host.LowerID, 10) },
		check:  s.checkKey,
		attributes: func(id string, _ *keyProperties) map[string]any {
			return map[string]any{"APIKeyId": id}
		},
		after: func(id string) {
			for _, k := range s.planKeys.All() {
				if k.Properties.KeyId == id {
					s.planKeys.Delete(k.Key())
				}
			}
		},
		tags: func(p *keyProperties) []resource.Tag { return p.Tags },
	})
}

// checkKey also gives a key its value: the one it had, or one made up.
func (s *Service) checkKey(id string, p *keyProperties) error {
	if p.Value == nil {
		p.Value = new(s.host.ID(host.MixedID, keyLength))
		if before, there := s.keys.Get(record.Key("", id)); there {
			p.Value = before.Properties.Value
		}
	}
	if len(*p.Value) < shortestKey {
		return badRequest("API Key value should be at least %d characters", shortestKey)
	}
	for _, other := range s.keys.All() {
		if other.ID != id && value(other.Properties.Value) == *p.Value {
			return conflict("API Key already exists")
		}
	}
	for _, stage := range p.StageKeys {
		if _, ok := s.stages.Get(record.Key(value(stage.RestApiId), value(stage.StageName))); !ok {
			return badRequest("Invalid stage identifier specified")
		}
	}
	return nil
}

func (s *Service) planType() resource.Type {
	return typed(s, resource.Type{Name: "AWS::ApiGateway::UsagePlan", Attributes: []string{"Id"}}, piece[planProperties]{
		things: s.plans,
		check: func(_ string, p *planProperties) error {
			for _, stage := range p.ApiStages {
				if _, ok := s.stages.Get(record.Key(value(stage.ApiId), value(stage.Stage))); !ok {
					return notFound("API Stage not found: %s:%s", value(stage.ApiId), value(stage.Stage))
				}
			}
			return nil
		},
		after:      func(id string) { record.DropAll(s.planKeys, id) },
		attributes: func(id string, _ *planProperties) map[string]any { return map[string]any{"Id": id} },
		tags:       func(p *planProperties) []resource.Tag { return p.Tags },
	})
}

func (s *Service) planKeyType() resource.Type {
	t := typed(s, resource.Type{
		Name: "AWS::ApiGateway::UsagePlanKey", CreateOnly: []string{"KeyId", "UsagePlanId", "KeyType"}, Attributes: []string{"Id"},
	}, piece[planKeyProperties]{
		things: s.planKeys,
		parent: func(p *planKeyProperties) string { return p.UsagePlanId },
		id:     func(p *planKeyProperties) string { return p.KeyId + ":" + p.UsagePlanId },
		taken:  "Usage Plan Key already exists",
		check: func(_ string, p *planKeyProperties) error {
			if p.KeyType != "API_KEY" {
				return badRequest("Invalid key type: %s", p.KeyType)
			}
			if _, ok := s.keys.Get(record.Key("", p.KeyId)); !ok {
				return notFound("Invalid API Key identifier specified")
			}
			if _, ok := s.plans.Get(record.Key("", p.UsagePlanId)); !ok {
				return notFound("Invalid Usage Plan ID specified")
			}
			return nil
		},
		attributes: func(id string, _ *planKeyProperties) map[string]any { return map[string]any{"Id": id} },
	})
	t.Update = nil // every property asks for replacement
	return t
}

func showKey(withValue *bool) func(record.Record[keyProperties]) types.ApiKey {
	return func(r record.Record[keyProperties]) types.ApiKey {
		shown := alike.As[types.ApiKey](r.Properties)
		shown.Id, shown.CreatedDate, shown.LastUpdatedDate, shown.Tags, shown.StageKeys = &r.ID, &r.Created, &r.Updated, r.AllTags, []string{}
		for _, stage := range r.Properties.StageKeys {
			shown.StageKeys = append(shown.StageKeys, value(stage.RestApiId)+"/"+value(stage.StageName))
		}
		if !isTrue(withValue) {
			shown.Value = nil
		}
		return shown
	}
}

// GetApiKeys lists API keys, their values only when asked for.
func (s *Service) GetApiKeys(_ context.Context, in *apigateway.GetApiKeysInput) (*apigateway.GetApiKeysOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	some, next, err := listed(s.keys, "", in.Position, in.Limit, showKey(in.IncludeValues))
	out := &apigateway.GetApiKeysOutput{Items: []types.ApiKey{}, Position: next}
	for _, k := range some {
		if strings.HasPrefix(value(k.Name), value(in.NameQuery)) {
			out.Items = append(out.Items, k)
		}
	}
	return out, err
}

// GetApiKey finds an API key.
func (s *Service) GetApiKey(_ context.Context, in *apigateway.GetApiKeyInput) (*apigateway.GetApiKeyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.keys.Get(record.Key("", value(in.ApiKey)))
	if !ok {
		return nil, notFound("Invalid API Key identifier specified")
	}
	return new(alike.As[apigateway.GetApiKeyOutput](showKey(in.IncludeValue)(r))), nil
}

func showPlan(r record.Record[planProperties]) types.UsagePlan {
	shown := alike.As[types.UsagePlan](r.Properties)
	shown.Id, shown.Name, shown.Tags = &r.ID, r.Properties.UsagePlanName, r.AllTags
	return shown
}

// GetUsagePlans lists usage plans, those of one key if that is named.
func (s *Service) GetUsagePlans(_ context.Context, in *apigateway.GetUsagePlansInput) (*apigateway.GetUsagePlansOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	some, next, err := listed(s.plans, "", in.Position, in.Limit, showPlan)
	out := &apigateway.GetUsagePlansOutput{Items: []types.UsagePlan{}, Position: next}
	for _, p := range some {
		_, has := s.planKeys.Get(record.Key(*p.Id, value(in.KeyId)+":"+*p.Id))
		if in.KeyId == nil || has {
			out.Items = append(out.Items, p)
		}
	}
	return out, err
}

// GetUsagePlan finds a usage plan.
func (s *Service) GetUsagePlan(_ context.Context, in *apigateway.GetUsagePlanInput) (*apigateway.GetUsagePlanOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.plans.Get(record.Key("", value(in.UsagePlanId)))
	if !ok {
		return nil, notFound("Invalid Usage Plan ID specified")
	}
	return new(alike.As[apigateway.GetUsagePlanOutput](showPlan(r))), nil
}

// GetUsagePlanKeys lists the keys of a usage plan.
func (s *Service) GetUsagePlanKeys(_ context.Context, in *apigateway.GetUsagePlanKeysInput) (*apigateway.GetUsagePlanKeysOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.plans.Get(record.Key("", value(in.UsagePlanId))); !ok {
		return nil, notFound("Invalid Usage Plan ID specified")
	}
	some, next, err := listed(s.planKeys, *in.UsagePlanId, in.Position, in.Limit, func(r record.Record[planKeyProperties]) types.UsagePlanKey {
		k, _ := s.keys.Get(record.Key("", r.Properties.KeyId))
		return types.UsagePlanKey{Id: &k.ID, Name: k.Properties.Name, Type: &r.Properties.KeyType, Value: k.Properties.Value}
	})
	some = slices.DeleteFunc(some, func(k types.UsagePlanKey) bool { return !strings.HasPrefix(value(k.Name), value(in.NameQuery)) })
	return &apigateway.GetUsagePlanKeysOutput{Items: some, Position: next}, err
}
