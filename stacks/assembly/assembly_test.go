package assembly

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
)

func someBundles(seed string) []platform.Bundle {
	var bundles []platform.Bundle
	for _, f := range platform.Functions {
		sum := sha256.Sum256([]byte(seed + string(f)))
		bundles = append(bundles, platform.Bundle{Function: f, Hash: hex.EncodeToString(sum[:])})
	}
	return bundles
}

func instantiate(t *testing.T, env platform.Environment, bundles []platform.Bundle, build string) []Template {
	t.Helper()
	templates, err := Instantiate(env, bundles, build)
	if err != nil {
		t.Fatal(err)
	}
	return templates
}

var production = platform.Environment{Name: "production", Tier: platform.Production}

func TestTemplatesComeInStackOrderUnderTheirNames(t *testing.T) {
	for i, template := range instantiate(t, production, someBundles("a"), "v1") {
		if template.Stack != platform.Stacks[i] || template.Name != "Keyvex-production-"+string(platform.Stacks[i]) {
			t.Errorf("template %d is %s, %s", i, template.Stack, template.Name)
		}
	}
}

func TestNoPlaceholderIsLeft(t *testing.T) {
	for _, template := range instantiate(t, production, someBundles("a"), "v1") {
		if bytes.Contains(template.Body, []byte("placeholder")) {
			t.Errorf("%s still holds a placeholder", template.Stack)
		}
	}
}

func TestHashIsOfTheTemplateWithBothOutputsEmpty(t *testing.T) {
	build := `v1 \ "quoted"`
	for _, template := range instantiate(t, production, someBundles("a"), build) {
		var parsed struct {
			Outputs map[string]struct{ Value any }
		}
		if err := json.Unmarshal(template.Body, &parsed); err != nil {
			t.Fatal(err)
		}
		if got := parsed.Outputs[platform.OutputBuild].Value; got != build {
			t.Errorf("%s: build %q", template.Stack, got)
		}
		if got := parsed.Outputs[platform.OutputTemplateHash].Value; got != template.Hash {
			t.Errorf("%s: output %q, hash %q", template.Stack, got, template.Hash)
		}
		quoted, _ := json.Marshal(build)
		empty := strings.Replace(string(template.Body), `"Value":`+string(quoted), `"Value":""`, 1)
		empty = strings.Replace(empty, template.Hash, "", 1)
		sum := sha256.Sum256([]byte(empty))
		if got := hex.EncodeToString(sum[:]); got != template.Hash {
			t.Errorf("%s: hash %s, computed %s", template.Stack, template.Hash, got)
		}
	}
}

func TestOnlyWhatIsDeployedChangesTheHash(t *testing.T) {
	base := instantiate(t, production, someBundles("a"), "v1")
	for i, template := range instantiate(t, production, someBundles("a"), "v2") {
		if template.Hash != base[i].Hash {
			t.Errorf("%s: another build changed the hash", template.Stack)
		}
	}
	for i, template := range instantiate(t, production, someBundles("b"), "v1") {
		if changed := template.Hash != base[i].Hash; changed != (template.Stack == platform.Compute) {
			t.Errorf("%s: hash changed by other code: %v", template.Stack, changed)
		}
	}
}

func TestAFunctionWithoutABundleIsAnError(t *testing.T) {
	_, err := Instantiate(production, someBundles("a")[1:], "v1")
	if err == nil || !strings.Contains(err.Error(), "ai-processor") {
		t.Errorf("error %v does not name the function", err)
	}
}

func TestParametersTellWhatTheyRead(t *testing.T) {
	compute := instantiate(t, production, someBundles("a"), "v1")[3]
	parameters, err := Parameters(compute)
	if err != nil {
		t.Fatal(err)
	}
	want := []Parameter{
		{Name: "ClerkAudience", Type: "String"},
		{Name: "ClerkIssuer", Type: "String"},
		{Name: "ClerkJwks", Type: "String"},
		{Name: "CorsOrigins", Type: "String"},
		{Name: "FunctionSecurityGroup", Type: "AWS::SSM::Parameter::Value<String>", Default: "/keyvex/production/database/function-security-group", Contract: platform.FunctionSecurityGroup},
		{Name: "MailFrom", Type: "String"},
		{Name: "RedisEndpoint", Type: "AWS::SSM::Parameter::Value<String>", Default: "/keyvex/production/database/redis-endpoint", Contract: platform.RedisEndpoint},
		{Name: "SubnetIds", Type: "AWS::SSM::Parameter::Value<String>", Default: "/keyvex/production/database/subnet-ids", Contract: platform.SubnetIDs},
	}
	for i := range parameters {
		if parameters[i].Description == "" {
			t.Errorf("%s has no description", parameters[i].Name)
		}
		parameters[i].Description = ""
	}
	if !slices.Equal(parameters, want) {
		t.Errorf("got  %+v\nwant %+v", parameters, want)
	}
}

func TestPathNamesResourcesForPeople(t *testing.T) {
	database := instantiate(t, production, someBundles("a"), "v1")[1]
	resources, err := Resources(database)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, resource := range resources {
		seen[Path(platform.Database, resource.LogicalID)] = resource.Type
	}
	for path, kind := range map[string]string{
		"MainTable": "AWS::DynamoDB::Table", "Redis": "AWS::ElastiCache::ReplicationGroup",
		"EmailQueue": "AWS::SQS::Queue", "EmailQueue/Policy": "AWS::SQS::QueuePolicy",
		"Vpc/isolatedSubnet1/RouteTable": "AWS::EC2::RouteTable",
	} {
		if seen[path] != kind {
			t.Errorf("%s is %q, want %s", path, seen[path], kind)
		}
	}
	if got := Path(platform.Database, "Unheard"); got != "Unheard" {
		t.Errorf("an unknown id became %q", got)
	}
}

func BenchmarkInstantiate(b *testing.B) {
	bundles := someBundles("a")
	for b.Loop() {
		if _, err := Instantiate(production, bundles, "v1"); err != nil {
			b.Fatal(err)
		}
	}
}
