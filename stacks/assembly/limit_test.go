package assembly_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
)

// nameProperties are the physical names that the stacks give, with the most
// characters that AWS takes.
var nameProperties = map[string]struct {
	property string
	most     int
}{
	"AWS::ApiGateway::ApiKey":                {"Name", 1024},
	"AWS::ApiGateway::RestApi":               {"Name", 1024},
	"AWS::ApiGateway::UsagePlan":             {"UsagePlanName", 255},
	"AWS::ApiGatewayV2::Api":                 {"Name", 128},
	"AWS::CloudFront::OriginAccessControl":   {"OriginAccessControlConfig.Name", 64},
	"AWS::CloudFront::ResponseHeadersPolicy": {"ResponseHeadersPolicyConfig.Name", 128},
	"AWS::CloudWatch::Alarm":                 {"AlarmName", 255},
	"AWS::CloudWatch::CompositeAlarm":        {"AlarmName", 255},
	"AWS::CloudWatch::Dashboard":             {"DashboardName", 255},
	"AWS::DynamoDB::Table":                   {"TableName", 255},
	"AWS::ElastiCache::ReplicationGroup":     {"ReplicationGroupId", 40},
	"AWS::ElastiCache::SubnetGroup":          {"CacheSubnetGroupName", 255},
	"AWS::IAM::ManagedPolicy":                {"ManagedPolicyName", 128},
	"AWS::IAM::Role":                         {"RoleName", 64},
	"AWS::IAM::User":                         {"UserName", 64},
	"AWS::Lambda::Function":                  {"FunctionName", 64},
	"AWS::Logs::LogGroup":                    {"LogGroupName", 512},
	"AWS::S3::Bucket":                        {"BucketName", 63},
	"AWS::SNS::Topic":                        {"TopicName", 256},
	"AWS::SQS::Queue":                        {"QueueName", 80},
	"AWS::SSM::Parameter":                    {"Name", 1011},
	"AWS::SecretsManager::Secret":            {"Name", 512},
}

func TestNamesFitAtTheLongestEnvironmentName(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		for _, stack := range platform.Stacks {
			if name := e.env.StackName(stack); len(name) > 128 {
				t.Errorf("stack name %s is too long", name)
			}
			for kind, limit := range nameProperties {
				for _, path := range e.typed(stack, kind) {
					name, _ := e.get(t, stack, path, limit.property).(string)
					if name == "" || len(name) > limit.most {
						t.Errorf("%s %s: %s %q has %d characters, at most %d", stack, path, limit.property, name, len(name), limit.most)
					}
				}
			}
		}
	})
}

func TestTextsFit(t *testing.T) {
	limits := map[string]struct {
		property string
		most     int
	}{
		"AWS::CloudWatch::Alarm":          {"AlarmDescription", 1024},
		"AWS::CloudWatch::CompositeAlarm": {"AlarmRule", 10240},
		"AWS::Lambda::Function":           {"Description", 256},
		"AWS::EC2::SecurityGroup":         {"GroupDescription", 255},
		"AWS::IAM::ManagedPolicy":         {"Description", 1000},
		"AWS::SSM::Parameter":             {"Description", 1024},
	}
	everyTier(t, func(t *testing.T, e estate) {
		for _, stack := range platform.Stacks {
			for kind, limit := range limits {
				for _, path := range e.typed(stack, kind) {
					text, _ := e.get(t, stack, path, limit.property).(string)
					if text == "" || len(text) > limit.most {
						t.Errorf("%s %s: %s has %d characters, at most %d", stack, path, limit.property, len(text), limit.most)
					}
				}
			}
		}
	})
}

func TestDocumentsFit(t *testing.T) {
	size := func(value any) int {
		text, _ := json.Marshal(value)
		return len(text)
	}
	everyTier(t, func(t *testing.T, e estate) {
		for _, path := range e.typed(platform.Security, "AWS::IAM::Role") {
			if got := size(e.get(t, platform.Security, path, "Policies")); got > 10240 {
				t.Errorf("policies of %s have %d characters", path, got)
			}
		}
		if got := size(e.get(t, platform.Security, "ApplicationPolicy", "PolicyDocument")); got > 6144 {
			t.Errorf("the application's policy has %d characters", got)
		}
		for _, path := range e.typed(platform.Compute, "AWS::Lambda::Function") {
			if got := size(e.get(t, platform.Compute, path, "Environment.Variables")); got > 4096 {
				t.Errorf("variables of %s have %d bytes", path, got)
			}
		}
	})
}

func TestTemplatesTravelInline(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		for stack, template := range e.templates {
			if got := len(template.body); got > 51_200 {
				t.Errorf("%s has %d bytes", stack, got)
			}
		}
	})
}

func TestTemplatesBringNothingOfCDK(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		for stack, template := range e.templates {
			if template.Rules != nil || template.Parameters["BootstrapVersion"].Type != "" {
				t.Errorf("%s needs a CDK bootstrap", stack)
			}
			for id, resource := range template.Resources {
				kind := resource["Type"].(string)
				if strings.HasPrefix(kind, "Custom::") || kind == "AWS::CloudFormation::CustomResource" || kind == "AWS::CDK::Metadata" {
					t.Errorf("%s has %s, %s", stack, id, kind)
				}
				if resource["Metadata"] != nil {
					t.Errorf("%s %s has metadata", stack, id)
				}
			}
		}
	})
}

func TestNothingIsExported(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		for stack, template := range e.templates {
			for name, output := range template.Outputs {
				if output.Export != nil {
					t.Errorf("%s exports %s", stack, name)
				}
			}
			if strings.Contains(string(template.body), "Fn::ImportValue") {
				t.Errorf("%s imports", stack)
			}
		}
	})
}

func TestEveryStackHasItsStampAndOutputsForPeople(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		for stack, template := range e.templates {
			for _, name := range []string{platform.OutputTemplateHash, platform.OutputBuild} {
				if template.Outputs[name].Value == nil {
					t.Errorf("%s has no output %s", stack, name)
				}
			}
			if len(template.Outputs) < 3 {
				t.Errorf("%s has no output for people", stack)
			}
		}
	})
}

func TestContractValuesArePublishedByTheirOwners(t *testing.T) {
	if len(platform.Contracts) > 10 {
		t.Errorf("%d contract values, GetParameters takes ten", len(platform.Contracts))
	}
	everyTier(t, func(t *testing.T, e estate) {
		var got, want []string
		for _, stack := range platform.Stacks {
			for _, path := range e.typed(stack, "AWS::SSM::Parameter") {
				got = append(got, fmt.Sprint(stack, " ", e.get(t, stack, path, "Name")))
			}
		}
		for _, spec := range platform.Contracts {
			want = append(want, fmt.Sprint(spec.Owner, " ", e.env.ParameterName(spec.Key)))
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("published %v\nwant %v", got, want)
		}
	})
}

// CDK leaves out of a logical id what is no letter or digit.
func TestLogicalIdsAreFreeOfTheEnvironment(t *testing.T) {
	for _, tier := range platform.Tiers {
		e := estateOf(t, platform.PlaceholderEnvironment, tier)
		for stack, template := range e.templates {
			for id := range template.Resources {
				if strings.Contains(strings.ToLower(id), strings.ReplaceAll(platform.PlaceholderEnvironment, "-", "")) {
					t.Errorf("%s: %s holds the environment's name", stack, id)
				}
			}
		}
	}
}
