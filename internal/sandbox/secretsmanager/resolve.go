package secretsmanager

import (
	"encoding/json"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// Resolve gives the value of CloudFormation's dynamic reference
// {{resolve:secretsmanager:ref:SecretString:jsonKey:stage:version}}. Ref is a name
// or an ARN; jsonKey empty means the whole secret string; at most one of stage and
// version is given, AWSCURRENT without either. Numbers and booleans under a key
// come as they stand in the JSON.
func (s *Service) Resolve(ref, jsonKey, stage, version string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.live(&ref)
	if err != nil {
		return "", err
	}
	v, err := sec.pick(version, stage)
	if err != nil {
		return "", err
	}
	if v.String == nil {
		return "", &resource.Error{Code: "InvalidRequest", Message: "Secret " + ref + " has no SecretString"}
	}
	if jsonKey == "" {
		return *v.String, nil
	}
	var document map[string]json.RawMessage
	if json.Unmarshal([]byte(*v.String), &document) != nil {
		return "", &resource.Error{Code: "InvalidRequest", Message: "Could not parse SecretString JSON"}
	}
	raw, ok := document[jsonKey]
	if !ok {
		return "", &resource.Error{Code: "InvalidRequest", Message: "Could not find a value associated with JSONKey in SecretString"}
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text, nil
	}
	return string(raw), nil
}
