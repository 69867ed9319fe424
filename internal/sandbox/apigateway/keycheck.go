package apigateway

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/keyvex/keyvex/internal/sandbox/record"
)

// keyed lets a method that wants an API key have one: enabled, and of a usage plan
// that the stage belongs to. The plan's quota and throttle hold for each key.
func (e *execution) keyed() *refusal {
	if !isTrue(e.method.Method.ApiKeyRequired) {
		return nil
	}
	s := e.service
	s.mu.Lock()
	key, plan, ok := s.planOf(e.request.Header.Get("X-Api-Key"), e.api.ID, e.stage.ID)
	s.mu.Unlock()
	if !ok {
		return forbidden()
	}
	e.variable("identity", "apiKeyId", key.ID)
	e.variable("identity", "apiKey", value(key.Properties.Value))
	return e.planned(key.ID, plan)
}

// planOf finds an enabled key by its value, and its usage plan of the stage.
func (s *Service) planOf(secret, api, stage string) (record.Record[keyProperties], record.Record[planProperties], bool) {
	for _, key := range s.keys.All() {
		if secret == "" || value(key.Properties.Value) != secret || key.Properties.Enabled != nil && !*key.Properties.Enabled {
			continue
		}
		for _, plan := range s.plans.All() {
			_, has := s.planKeys.Get(record.Key(plan.ID, key.ID+":"+plan.ID))
			if _, covers := stageOf(plan.Properties, api, stage); has && covers {
				return key, plan, true
			}
		}
	}
	return record.Record[keyProperties]{}, record.Record[planProperties]{}, false
}

func stageOf(plan planProperties, api, stage string) (types.ApiStage, bool) {
	for _, s := range plan.ApiStages {
		if value(s.ApiId) == api && value(s.Stage) == stage {
			return s, true
		}
	}
	return types.ApiStage{}, false
}

// planned spends of the plan's throttles and of its quota.
func (e *execution) planned(key string, plan record.Record[planProperties]) *refusal {
	covered, _ := stageOf(plan.Properties, e.api.ID, e.stage.ID)
	id := strings.Join([]string{"plan", plan.ID, key}, "/")
	if limit, ok := covered.Throttle[e.method.Path+"/"+e.method.Method.HttpMethod]; ok &&
		!e.service.take(id+e.method.Path+"/"+e.method.Method.HttpMethod, limit.RateLimit, int(limit.BurstLimit)) {
		return throttled()
	}
	if limit := plan.Properties.Throttle; limit != nil && !e.service.take(id, limit.RateLimit, int(limit.BurstLimit)) {
		return throttled()
	}
	if !e.service.spend(key, plan.ID, plan.Properties.Quota) {
		return quotaExceeded()
	}
	return nil
}

// throttled spends of the stage's throttle: the method's own setting, or the one of
// all methods, of which each has a bucket for itself.
func (e *execution) throttled() *refusal {
	rate, burst := -1.0, 0
	if setting, ok := e.setting(); ok && setting.ThrottlingRateLimit != nil && setting.ThrottlingBurstLimit != nil {
		rate, burst = *setting.ThrottlingRateLimit, int(*setting.ThrottlingBurstLimit)
	}
	name := strings.Join([]string{"stage", e.api.ID, e.stage.ID, e.method.Path, e.method.Method.HttpMethod}, "/")
	if !e.service.Admit(name, rate, burst) {
		return throttled()
	}
	return nil
}

// setting is the stage's for the method.
func (e *execution) setting() (found methodSetting, ok bool) {
	for _, setting := range e.stage.Properties.MethodSettings {
		switch {
		case value(setting.ResourcePath) == e.method.Path && value(setting.HttpMethod) == e.method.Method.HttpMethod:
			return setting, true
		case value(setting.ResourcePath) == "/*" && value(setting.HttpMethod) == "*":
			found, ok = setting, true
		}
	}
	return found, ok
}
