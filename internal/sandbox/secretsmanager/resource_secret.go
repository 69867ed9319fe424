package secretsmanager

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// secretProperties are the properties of AWS::SecretsManager::Secret, without
// ReplicaRegions: there is one region here.
type secretProperties struct {
	Name                 string
	Description          string
	KmsKeyId             string //nolint:revive // the property's own name
	SecretString         *string
	GenerateSecretString *generator
	Type                 string
	Tags                 []resource.Tag
}

// generator makes a secret string out of a random password.
type generator struct {
	passwordRules
	SecretStringTemplate string
	GenerateStringKey    string
}

func (s *Service) secretType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::SecretsManager::Secret", NameProperty: "Name", CreateOnly: []string{"Name"},
		WriteOnly: []string{"SecretString", "GenerateSecretString"}, Attributes: []string{"Id"},
		Times: resource.Times{Create: 3 * time.Second, Update: 3 * time.Second, Delete: 3 * time.Second},
	}, resource.Steps[secretProperties]{
		Create: s.createResource, Update: s.updateResource, Delete: s.deleteResource, Read: s.readResource, Find: s.findResource,
	})
}

func (s *Service) findResource(_ context.Context, p *secretProperties) (resource.Result, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.live(&p.Name)
	if err != nil {
		return resource.Result{}, false
	}
	return result(sec.ARN), true
}

func (s *Service) createResource(ctx context.Context, r resource.Request, p *secretProperties) (resource.Result, error) {
	name := p.Name
	if name == "" {
		name = r.GeneratedName(64)
	}
	value, err := p.value(s.host.Random)
	if err != nil {
		return resource.Result{}, err
	}
	if _, err := s.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &name}); err == nil {
		return resource.Result{}, &resource.Error{Code: "AlreadyExists", Message: "The operation failed because the secret " + name + " already exists."}
	}
	out, err := s.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: &name, SecretString: value, Description: &p.Description, KmsKeyId: &p.KmsKeyId, Type: &p.Type})
	if err != nil {
		return resource.Result{}, err
	}
	err = s.changeTags(&name, func(tags map[string]string) { replaceTags(tags, r.AllTags(p.Tags)) })
	return result(*out.ARN), err
}

// updateResource makes a new value only if what the value comes from has changed:
// CloudFormation would overwrite an operator's value otherwise.
func (s *Service) updateResource(ctx context.Context, r resource.Request, p *secretProperties) (resource.Result, error) {
	before := new(secretProperties)
	if err := resource.Decode(r.Previous, before); err != nil {
		return resource.Result{}, err
	}
	in := &secretsmanager.UpdateSecretInput{SecretId: &r.PhysicalID, Description: &p.Description, KmsKeyId: &p.KmsKeyId, Type: &p.Type}
	if !reflect.DeepEqual(before.GenerateSecretString, p.GenerateSecretString) || !reflect.DeepEqual(before.SecretString, p.SecretString) {
		value, err := p.value(s.host.Random)
		if err != nil {
			return resource.Result{}, err
		}
		in.SecretString = value
	}
	if _, err := s.UpdateSecret(ctx, in); err != nil {
		return resource.Result{}, err
	}
	err := s.changeTags(&r.PhysicalID, func(tags map[string]string) { replaceTags(tags, r.AllTags(p.Tags)) })
	return result(r.PhysicalID), err
}

// deleteResource leaves no recovery window, as CloudFormation does.
func (s *Service) deleteResource(ctx context.Context, r resource.Request, _ *secretProperties) error {
	_, err := s.DeleteSecret(ctx, &secretsmanager.DeleteSecretInput{SecretId: &r.PhysicalID, ForceDeleteWithoutRecovery: new(true)})
	return err
}

func (s *Service) readResource(_ context.Context, physicalID string) (*secretProperties, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.live(&physicalID)
	if err != nil {
		return nil, false
	}
	return &secretProperties{
		Name: sec.Name, Description: sec.Description, KmsKeyId: sec.KMSKey, Type: sec.Kind, Tags: resource.OwnTags(sec.Tags),
	}, true
}

func result(arn string) resource.Result {
	return resource.Result{PhysicalID: arn, Attributes: map[string]any{"Id": arn}}
}

func replaceTags(tags, with map[string]string) {
	clear(tags)
	for key, value := range with {
		tags[key] = value
	}
}

// value is the secret string that the properties call for; nil leaves the secret
// without a value.
func (p *secretProperties) value(random io.Reader) (*string, error) {
	g := p.GenerateSecretString
	switch {
	case g == nil:
		return p.SecretString, nil
	case p.SecretString != nil:
		return nil, &resource.Error{Code: "InvalidRequest", Message: "You can't specify both SecretString and GenerateSecretString"}
	case (g.SecretStringTemplate == "") != (g.GenerateStringKey == ""):
		return nil, &resource.Error{Code: "InvalidRequest", Message: "You must specify both SecretStringTemplate and GenerateStringKey, or neither"}
	}
	password, err := g.password(random)
	if err != nil || g.SecretStringTemplate == "" {
		return &password, err
	}
	return g.fill(password)
}

// fill puts the password under its key into the template.
func (g *generator) fill(password string) (*string, error) {
	document := map[string]any{}
	if err := json.Unmarshal([]byte(g.SecretStringTemplate), &document); err != nil {
		return nil, &resource.Error{Code: "InvalidRequest", Message: "Could not parse SecretStringTemplate JSON"}
	}
	document[g.GenerateStringKey] = password
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(document); err != nil {
		return nil, err
	}
	return new(string(bytes.TrimSpace(out.Bytes()))), nil
}
