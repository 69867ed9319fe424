package secretsmanager_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

const (
	secret = "AWS::SecretsManager::Secret"

	generated = `{"Name": "keyvex/database/dev", "Description": "d", "GenerateSecretString": {
		"SecretStringTemplate": "{\"encryption_key\": \"\"}", "GenerateStringKey": "redis_auth_token",
		"PasswordLength": 64, "ExcludePunctuation": true}}`
)

func value(t *testing.T, c *sdk.Client, id string) string {
	t.Helper()
	out, err := c.GetSecretValue(t.Context(), &sdk.GetSecretValueInput{SecretId: &id})
	if err != nil {
		t.Fatal(err)
	}
	return *out.SecretString
}

func TestAGeneratedSecretKeepsItsValueUntilTheGeneratorChanges(t *testing.T) {
	c, service := client(t)
	stack := oracle.NewStack(t, service.Resources())
	made := stack.Create(secret, "Database", generated)
	first := value(t, c, made.PhysicalID)
	var document map[string]string
	if err := json.Unmarshal([]byte(first), &document); err != nil {
		t.Fatal(err)
	}
	if _, ok := document["encryption_key"]; !ok || !regexp.MustCompile(`^[A-Za-z0-9]{64}$`).MatchString(document["redis_auth_token"]) {
		t.Errorf("generated %v", document)
	}
	described := strings.Replace(generated, `"d"`, `"e"`, 1)
	stack.Update(secret, "Database", made.PhysicalID, generated, described)
	if value(t, c, made.PhysicalID) != first {
		t.Error("a new description made a new value")
	}
	stack.Update(secret, "Database", made.PhysicalID, described, strings.Replace(described, "64", "32", 1))
	if value(t, c, made.PhysicalID) == first {
		t.Error("a new generator made no new value")
	}
	stack.Delete(secret, "Database", made.PhysicalID, generated)
	stack.Create(secret, "Database", generated) // without a recovery window the name is free
}

func TestDynamicReferencesResolve(t *testing.T) {
	c, service := client(t)
	create(t, c, "s", `{"token": "abc", "port": 6379, "tls": true}`)
	put(t, c, "plain")
	for _, tc := range []struct{ key, stage, version, want, fault string }{
		{"", "", "", "plain", ""},
		{"token", "AWSPREVIOUS", "", "abc", ""},
		{"port", "AWSPREVIOUS", "", "6379", ""},
		{"tls", "", *token("v1"), "true", ""},
		{"nowhere", "AWSPREVIOUS", "", "", "Could not find a value associated with JSONKey in SecretString"},
		{"token", "", "", "", "Could not parse SecretString JSON"},
		{"", "MINE", "", "", "Secrets Manager can't find the specified secret value for staging label: MINE"},
	} {
		got, err := service.Resolve("s", tc.key, tc.stage, tc.version)
		if got != tc.want || (err == nil) != (tc.fault == "") || (err != nil && !strings.Contains(err.Error(), tc.fault)) {
			t.Errorf("%+v: got %q, %v", tc, got, err)
		}
	}
}

func TestSecretsThatCannotBeMade(t *testing.T) {
	_, service := client(t)
	stack := oracle.NewStack(t, service.Resources())
	stack.Create(secret, "One", `{"Name": "taken"}`)
	for name, properties := range map[string]string{
		"taken name":         `{"Name": "taken"}`,
		"two values":         `{"SecretString": "x", "GenerateSecretString": {}}`,
		"template, no key":   `{"GenerateSecretString": {"SecretStringTemplate": "{}"}}`,
		"template, no JSON":  `{"GenerateSecretString": {"SecretStringTemplate": "{", "GenerateStringKey": "k"}}`,
		"unknown in options": `{"GenerateSecretString": {"Colour": "red"}}`,
	} {
		if result, err := stack.Try(secret, "Two", properties); err == nil {
			t.Errorf("%s: made %v", name, result)
		}
	}
}

func TestAResourcePolicyLivesThroughItsStack(t *testing.T) {
	c, service := client(t)
	stack := oracle.NewStack(t, service.Resources())
	arn := create(t, c, "s", "one")
	properties := `{"SecretId": "` + arn + `", "BlockPublicPolicy": true, "ResourcePolicy": {"Version": "2012-10-17", "Statement": []}}`
	made := stack.Create("AWS::SecretsManager::ResourcePolicy", "Policy", properties)
	stack.Delete("AWS::SecretsManager::ResourcePolicy", "Policy", made.PhysicalID, properties)
	out, err := c.GetResourcePolicy(t.Context(), &sdk.GetResourcePolicyInput{SecretId: aws.String("s")})
	if err != nil || out.ResourcePolicy != nil {
		t.Errorf("%v, %v", out, err)
	}
}
