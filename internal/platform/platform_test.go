package platform_test

import (
	"crypto/rand"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/platform"
)

func TestEnvironmentGrammar(t *testing.T) {
	for name, ok := range map[string]bool{
		"production": true, "dev": true, "a": true, "pr-1234": true, "abcdefghijklmnop": true, "local": true,
		"": false, "abcdefghijklmnopq": false, "Dev": false, "1dev": false, "-dev": false, "dev-": false,
		"a--b": false, "dev_1": false, "dev.1": false, "dév": false, "dev\n": false,
	} {
		_, err := platform.ParseEnvironment(name)
		if (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
		if _, typed := errors.AsType[*platform.InvalidEnvironmentError](err); err != nil && !typed {
			t.Errorf("%q: %T", name, err)
		}
	}
}

func TestOnlyProductionHasTheProductionTierByDefault(t *testing.T) {
	for name, tier := range map[string]platform.Tier{
		"production": platform.Production, "development": platform.Development, "staging": platform.Development, "local": platform.Development,
	} {
		if env, err := platform.ParseEnvironment(name); err != nil || env.Tier != tier {
			t.Errorf("%s has tier %s (%v)", name, env.Tier, err)
		}
	}
}

// The seed writes these names out for the environment "development".
func TestNamesAreTheSeeds(t *testing.T) {
	env, err := platform.ParseEnvironment("development")
	if err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{
		env.StackName(platform.Security):                       "Keyvex-development-Security",
		env.StackName(platform.API):                            "Keyvex-development-Api",
		env.TableName():                                        "keyvex-main-table-development",
		env.QueueName(platform.AIProcessing):                   "keyvex-ai-processing-queue-development",
		env.QueueName(platform.Analytics):                      "keyvex-analytics-queue-development",
		env.QueueName(platform.Email):                          "keyvex-email-queue-development",
		env.DeadLetterQueueName(platform.Email):                "keyvex-email-dlq-development",
		env.BucketName(platform.UserUploads, "123456789012"):   "keyvex-user-uploads-development-123456789012",
		env.BucketName(platform.PublicAssets, "123456789012"):  "keyvex-public-assets-development-123456789012",
		env.BucketName(platform.ToolAssets, "123456789012"):    "keyvex-tool-assets-development-123456789012",
		env.SecretName(platform.AISecret):                      "keyvex/ai/development",
		env.SecretName(platform.IntegrationsSecret):            "keyvex/integrations/development",
		env.SecretName(platform.DatabaseSecret):                "keyvex/database/development",
		env.FunctionName(platform.AIProcessor):                 "keyvex-ai-processor-development",
		env.FunctionName(platform.AnalyticsProcessor):          "keyvex-analytics-processor-development",
		env.FunctionName(platform.WebSocketHandler):            "keyvex-websocket-handler-development",
		env.FunctionName(platform.EmailProcessor):              "keyvex-email-processor-development",
		env.FunctionLogGroup(platform.AIProcessor):             "/aws/lambda/keyvex-ai-processor-development",
		platform.AssetsBucketName("123456789012", "us-east-1"): "keyvex-assets-123456789012-us-east-1",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// The longest region name of AWS has 14 characters; roles may have 64, buckets 63
// and replication groups 40.
func TestNamesFitTheirLimitsAtTheLongestEnvironment(t *testing.T) {
	env := platform.Environment{Name: strings.Repeat("e", platform.MaxEnvironmentLength), Tier: platform.Production}
	limits := map[string]int{
		env.CacheName(): 40, env.ApplicationRoleName(): 64, env.ApplicationUserName(): 64, env.GatewayRoleName(): 64,
		platform.GatewayLogsRoleName("ap-southeast-99"): 64, platform.AssetsBucketName("123456789012", "ap-southeast-99"): 63,
	}
	for _, f := range platform.Functions {
		limits[env.FunctionName(f)], limits[env.FunctionRoleName(f)] = 64, 64
	}
	for _, q := range platform.Queues {
		limits[env.QueueName(q)], limits[env.DeadLetterQueueName(q)] = 80, 80
	}
	for _, b := range platform.Buckets {
		limits[env.BucketName(b, "123456789012")] = 63
	}
	for name, limit := range limits {
		if len(name) > limit {
			t.Errorf("%s has %d characters, AWS allows %d", name, len(name), limit)
		}
	}
}

// The seed's Lambda Functions section.
func TestFunctionsHaveTheSeedsSizes(t *testing.T) {
	for f, want := range map[platform.Function]struct {
		memory  int
		timeout time.Duration
		queue   platform.Queue
	}{
		platform.AIProcessor:        {1024, 15 * time.Minute, platform.AIProcessing},
		platform.AnalyticsProcessor: {512, 5 * time.Minute, platform.Analytics},
		platform.WebSocketHandler:   {256, 30 * time.Second, ""},
		platform.EmailProcessor:     {256, 2 * time.Minute, platform.Email},
	} {
		got := f.Spec()
		if got.MemoryMB != want.memory || got.Timeout != want.timeout || got.Queue != want.queue {
			t.Errorf("%s: %+v", f, got)
		}
		if want.queue != "" && want.queue.Spec().Consumer != f {
			t.Errorf("%s is not consumed by %s", want.queue, f)
		}
	}
}

// AWS advises a visibility timeout of six times the function's.
func TestVisibilityIsSixTimesTheTimeout(t *testing.T) {
	for q, want := range map[platform.Queue]time.Duration{
		platform.AIProcessing: 5400 * time.Second, platform.Analytics: 1800 * time.Second, platform.Email: 720 * time.Second,
	} {
		if q.VisibilityTimeout() != want {
			t.Errorf("%s: %s, want %s", q, q.VisibilityTimeout(), want)
		}
	}
}

func TestStacksComeAfterWhatTheyDependOn(t *testing.T) {
	for i, s := range platform.Stacks {
		for _, dependency := range s.DependsOn() {
			if slices.Index(platform.Stacks, dependency) >= i {
				t.Errorf("%s comes before %s", s, dependency)
			}
			if !slices.Contains(dependency.Dependents(), s) {
				t.Errorf("%s is no dependent of %s", s, dependency)
			}
		}
	}
}

func TestAContractIsReadOnlyByStacksThatDependOnItsOwner(t *testing.T) {
	if len(platform.Contracts) > 10 {
		t.Errorf("%d contract values, GetParameters takes ten", len(platform.Contracts))
	}
	for _, c := range platform.Contracts {
		for _, reader := range c.Readers {
			if !slices.Contains(reader.DependsOn(), c.Owner) {
				t.Errorf("%s reads %s of %s and does not depend on it", reader, c.Key, c.Owner)
			}
		}
	}
}

func TestSecretValuesAreCheckedAndNeverQuoted(t *testing.T) {
	for path, values := range map[string]map[string]bool{
		"ai.openai_api_key":              {"sk-abcdefghijklmnopqrst": true, "sk-ant-abcdefghijklmnopqrst": false, "sk-": false, "": false},
		"ai.anthropic_api_key":           {"sk-ant-abcdefghijklmnopqrst": true, "sk-abcdefghijklmnopqrst": false},
		"ai.openai_organization":         {"org-abc123": true, "abc": false},
		"integrations.sendgrid_api_key":  {"SG.abc.def": true, "SG.abc": false, " SG.abc.def": false},
		"integrations.stripe_secret_key": {"sk_test_1234567890": true, "sk_live_1234567890": true, "pk_test_1234567890": false},
		"database.encryption_key":        {"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=": true, "MDEyMw==": false, "not base64!": false},
		"database.redis_auth_token":      {"abcdefghijklmnop": true, "short": false, "has-punctuation-in-it": false},
	} {
		key, ok := platform.FindSecretKey(path)
		if !ok {
			t.Fatalf("no key %s", path)
		}
		for value, valid := range values {
			err := key.Validate(value)
			if (err == nil) != valid {
				t.Errorf("%s = %q: %v", path, value, err)
			}
			if err != nil && value != "" && strings.Contains(strings.ReplaceAll(err.Error(), key.Format, ""), value) {
				t.Errorf("%s: the error quotes %q", path, value)
			}
		}
	}
}

func TestGeneratedSecretsAreValidAndDiffer(t *testing.T) {
	for _, key := range platform.SecretKeys() {
		if !key.CanGenerate() {
			if _, err := key.Generate(rand.Reader); err == nil {
				t.Errorf("%s was generated", key.Path())
			}
			continue
		}
		first, err := key.Generate(rand.Reader)
		if err != nil || key.Validate(first) != nil {
			t.Errorf("%s: %v %v", key.Path(), err, key.Validate(first))
		}
		if second, _ := key.Generate(rand.Reader); second == first {
			t.Errorf("%s: twice the same", key.Path())
		}
	}
}

// The names are those of the seed's block, in its order.
func TestVariablesAreTheSeeds(t *testing.T) {
	want := strings.Fields(`AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY DYNAMODB_TABLE_NAME DYNAMODB_ENDPOINT
		REDIS_ENDPOINT REDIS_PORT SQS_AI_PROCESSING_QUEUE_URL SQS_ANALYTICS_QUEUE_URL SQS_EMAIL_QUEUE_URL
		S3_USER_UPLOADS_BUCKET S3_PUBLIC_ASSETS_BUCKET S3_TOOL_ASSETS_BUCKET CLOUDFRONT_DOMAIN WEBSOCKET_API_ENDPOINT
		SECRETS_MANAGER_REGION AI_SECRETS_ARN INTEGRATION_SECRETS_ARN DATABASE_SECRETS_ARN
		NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY CLERK_SECRET_KEY OPENAI_API_KEY ANTHROPIC_API_KEY STRIPE_SECRET_KEY UNSPLASH_ACCESS_KEY
		DISABLE_AUTH_FOR_DEBUG DEBUG_USER_ID ENABLE_METRICS_TRACKING`)
	ours := []string{"AWS_ENDPOINT_URL", "REST_API_ENDPOINT", "REST_API_KEY"}
	var got []string
	for _, group := range platform.VariableGroups {
		for _, v := range group.Variables {
			if !slices.Contains(ours, v.Name) {
				got = append(got, v.Name)
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestParsedEnvironmentsAlwaysMakeLegalStackNames(t *testing.T) {
	legal := regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,127}$`)
	rapid.Check(t, func(t *rapid.T) {
		env, err := platform.ParseEnvironment(rapid.StringMatching(`[a-z0-9-]{0,18}`).Draw(t, "name"))
		if err != nil {
			return
		}
		for _, s := range platform.Stacks {
			if !legal.MatchString(env.StackName(s)) {
				t.Fatalf("%s is no stack name", env.StackName(s))
			}
		}
	})
}
