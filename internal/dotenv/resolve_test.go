package dotenv

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/keyvex/keyvex/internal/platform"
)

var development = Place{
	Environment: platform.Environment{Name: "development", Tier: platform.Development},
	Account:     "123456789012", Region: "us-east-1",
}

func deployed() map[platform.Contract]string {
	return map[platform.Contract]string{
		platform.AISecretARN:           "arn:aws:secretsmanager:us-east-1:123456789012:secret:keyvex/ai/development-AbCdEf",
		platform.IntegrationsSecretARN: "arn:aws:secretsmanager:us-east-1:123456789012:secret:keyvex/integrations/development-AbCdEf",
		platform.DatabaseSecretARN:     "arn:aws:secretsmanager:us-east-1:123456789012:secret:keyvex/database/development-AbCdEf",
		platform.RedisEndpoint:         "master.redis.use1.cache.amazonaws.com:6379",
		platform.CDNDomain:             "d1234567890123.cloudfront.net",
		platform.WebSocketEndpoint:     "wss://abcdef123.execute-api.us-east-1.amazonaws.com/dev",
		platform.RESTEndpoint:          "https://abcdef124.execute-api.us-east-1.amazonaws.com/dev",
	}
}

// seedBlock is the seed's "Environment Variables for Next.js Application", its
// values given the account and ids of deployed; bucket names follow the seed's
// scheme with the environment before the account.
const seedBlock = `AWS_REGION=us-east-1
DYNAMODB_TABLE_NAME=keyvex-main-table-development
DYNAMODB_ENDPOINT=https://dynamodb.us-east-1.amazonaws.com
REDIS_PORT=6379
SQS_AI_PROCESSING_QUEUE_URL=https://sqs.us-east-1.amazonaws.com/123456789012/keyvex-ai-processing-queue-development
SQS_ANALYTICS_QUEUE_URL=https://sqs.us-east-1.amazonaws.com/123456789012/keyvex-analytics-queue-development
SQS_EMAIL_QUEUE_URL=https://sqs.us-east-1.amazonaws.com/123456789012/keyvex-email-queue-development
S3_USER_UPLOADS_BUCKET=keyvex-user-uploads-development-123456789012
S3_PUBLIC_ASSETS_BUCKET=keyvex-public-assets-development-123456789012
S3_TOOL_ASSETS_BUCKET=keyvex-tool-assets-development-123456789012
CLOUDFRONT_DOMAIN=d1234567890123.cloudfront.net
WEBSOCKET_API_ENDPOINT=wss://abcdef123.execute-api.us-east-1.amazonaws.com/dev
SECRETS_MANAGER_REGION=us-east-1
AI_SECRETS_ARN=arn:aws:secretsmanager:us-east-1:123456789012:secret:keyvex/ai/development-AbCdEf
INTEGRATION_SECRETS_ARN=arn:aws:secretsmanager:us-east-1:123456789012:secret:keyvex/integrations/development-AbCdEf
DATABASE_SECRETS_ARN=arn:aws:secretsmanager:us-east-1:123456789012:secret:keyvex/database/development-AbCdEf
DISABLE_AUTH_FOR_DEBUG=true
DEBUG_USER_ID=debug-user-123
ENABLE_METRICS_TRACKING=true`

func TestTheSeedsBlockIsResolved(t *testing.T) {
	got := Variables(Resolve(development, deployed()))
	for want := range strings.SplitSeq(seedBlock, "\n") {
		if !slices.Contains(got, want) {
			t.Errorf("missing %s", want)
		}
	}
}

func TestWhatKeyvexDoesNotKnowIsCommentedOut(t *testing.T) {
	text := strings.Join(Render(Resolve(development, deployed())), "\n")
	for _, want := range []string{
		"# OPENAI_API_KEY: keyvex secrets get ai.openai_api_key -e development\n# OPENAI_API_KEY=\n",
		"# CLERK_SECRET_KEY: yours, keyvex does not know it\n# CLERK_SECRET_KEY=\n",
		"# AWS_ACCESS_KEY_ID: aws iam create-access-key --user-name keyvex-application-development\n",
		"# in private subnets: a Vercel application cannot connect to it\nREDIS_ENDPOINT=master.redis.use1.cache.amazonaws.com\nREDIS_PORT=6379\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "AWS_ENDPOINT_URL") {
		t.Error("AWS_ENDPOINT_URL belongs to local only")
	}
}

func TestAMissingContractValueNamesItsStack(t *testing.T) {
	values := deployed()
	delete(values, platform.WebSocketEndpoint)
	text := strings.Join(Render(Resolve(development, values)), "\n")
	want := "# WEBSOCKET_API_ENDPOINT: not deployed yet: keyvex deploy -e development --stack Api\n# WEBSOCKET_API_ENDPOINT=\n"
	if !strings.Contains(text, want) {
		t.Errorf("missing %q in\n%s", want, text)
	}
}

func TestProductionHasNoDebugVariables(t *testing.T) {
	place := development
	place.Environment = platform.Environment{Name: "production", Tier: platform.Production}
	for _, variable := range Variables(Resolve(place, deployed())) {
		if strings.Contains(variable, "DEBUG") || strings.Contains(variable, "METRICS_TRACKING") {
			t.Errorf("production got %s", variable)
		}
	}
}

func TestLocalHasItsEndpointAndKey(t *testing.T) {
	place := Place{
		Environment: platform.Environment{Name: platform.Local, Tier: platform.Development},
		Account:     "000000000000", Region: "us-east-1",
		Endpoint: "http://127.0.0.1:4599", AccessKeyID: "AKIALOCAL", SecretKey: "a/b+c",
	}
	got := Variables(Resolve(place, deployed()))
	for _, want := range []string{
		"AWS_ENDPOINT_URL=http://127.0.0.1:4599",
		"DYNAMODB_ENDPOINT=http://127.0.0.1:4599",
		"AWS_ACCESS_KEY_ID=AKIALOCAL",
		"AWS_SECRET_ACCESS_KEY=a/b+c",
		"SQS_EMAIL_QUEUE_URL=http://127.0.0.1:4599/000000000000/" + place.Environment.QueueName(platform.Email),
	} {
		if !slices.Contains(got, want) {
			t.Errorf("missing %s in %q", want, got)
		}
	}
}

func TestLocalSaysHowToReachWhatIsBehindTLS(t *testing.T) {
	place := Place{
		Environment: platform.Environment{Name: platform.Local, Tier: platform.Development},
		Endpoint:    "http://127.0.0.1:4599", APIKey: "key", CAFile: "/state/ca.pem",
	}
	values := deployed()
	values[platform.RedisEndpoint] = "127.0.0.1:40001"
	text := strings.Join(Render(Resolve(place, values)), "\n")
	for _, want := range []string{
		"# TLS, trusting /state/ca.pem; the token is redis_auth_token of DATABASE_SECRETS_ARN\nREDIS_ENDPOINT=127.0.0.1\nREDIS_PORT=40001\n",
		"# for the server side alone, in the header x-api-key\nREST_API_KEY=key\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing %q in\n%s", want, text)
		}
	}
}

func TestNoAPIKeyOfAWSIsRead(t *testing.T) {
	text := strings.Join(Render(Resolve(development, deployed())), "\n")
	want := "# REST_API_KEY: aws apigateway get-api-keys --include-values --name-query keyvex-rest-key-development\n# REST_API_KEY=\n"
	if !strings.Contains(text, want) {
		t.Errorf("missing %q in\n%s", want, text)
	}
}

// TestAShellReadsTheSameValues holds the rendered file against a reader that is
// not ours.
func TestAShellReadsTheSameValues(t *testing.T) {
	values := deployed()
	values[platform.RedisEndpoint] = "odd value with # and 'quotes'"
	values[platform.CDNDomain] = "odd \\ \"value\" `with` &; * \\n"
	groups := Resolve(development, values)
	path := filepath.Join(t.TempDir(), ".env")
	if _, err := Write(path, development.Environment, groups); err != nil {
		t.Fatal(err)
	}
	script := ". " + path
	for _, variable := range Variables(groups) {
		name, _, _ := strings.Cut(variable, "=")
		script += "; printf '%s\\n' \"" + name + "=$" + name + "\""
	}
	out, err := exec.Command("sh", "-c", script).Output()
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Join(Variables(groups), "\n") + "\n"; string(out) != want {
		t.Errorf("sh read\n%s\nwant\n%s", out, want)
	}
}

type fakeParameters struct{ asked []string }

func (f *fakeParameters) GetParameters(_ context.Context, in *ssm.GetParametersInput, _ ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
	f.asked = append(f.asked, in.Names...)
	return &ssm.GetParametersOutput{
		Parameters:        []types.Parameter{{Name: aws.String("/keyvex/development/storage/cdn-domain"), Value: aws.String("d1.cloudfront.net")}},
		InvalidParameters: in.Names[1:],
	}, nil
}

func TestOneCallReadsTheContract(t *testing.T) {
	api := &fakeParameters{}
	values, err := Read(t.Context(), api, development.Environment)
	if err != nil || len(values) != 1 || values[platform.CDNDomain] != "d1.cloudfront.net" {
		t.Errorf("got %v, %v", values, err)
	}
	if len(api.asked) != 10 {
		t.Errorf("asked for %d names, GetParameters takes ten and the contract has ten", len(api.asked))
	}
}
