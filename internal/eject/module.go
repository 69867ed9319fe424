package eject

import (
	"slices"
	"strings"
)

// needed lists the modules of which the written packages import something, directly
// or by way of others. A test derives it anew.
var needed = []string{
	"github.com/Masterminds/semver/v3",
	"github.com/anthropics/anthropic-sdk-go",
	"github.com/aws/aws-cdk-go/awscdk/v2",
	"github.com/aws/aws-lambda-go",
	"github.com/aws/aws-sdk-go-v2",
	"github.com/aws/aws-sdk-go-v2/config",
	"github.com/aws/aws-sdk-go-v2/credentials",
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds",
	"github.com/aws/aws-sdk-go-v2/internal/configsources",
	"github.com/aws/aws-sdk-go-v2/internal/endpoints/v2",
	"github.com/aws/aws-sdk-go-v2/internal/v4a",
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi",
	"github.com/aws/aws-sdk-go-v2/service/dynamodb",
	"github.com/aws/aws-sdk-go-v2/service/internal/accept-encoding",
	"github.com/aws/aws-sdk-go-v2/service/internal/endpoint-discovery",
	"github.com/aws/aws-sdk-go-v2/service/internal/presigned-url",
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager",
	"github.com/aws/aws-sdk-go-v2/service/signin",
	"github.com/aws/aws-sdk-go-v2/service/sqs",
	"github.com/aws/aws-sdk-go-v2/service/ssm",
	"github.com/aws/aws-sdk-go-v2/service/sso",
	"github.com/aws/aws-sdk-go-v2/service/ssooidc",
	"github.com/aws/aws-sdk-go-v2/service/sts",
	"github.com/aws/constructs-go/constructs/v10",
	"github.com/aws/jsii-runtime-go",
	"github.com/aws/smithy-go",
	"github.com/bahlo/generic-list-go",
	"github.com/buger/jsonparser",
	"github.com/cdklabs/awscdk-asset-awscli-go/awscliv1/v2",
	"github.com/cdklabs/awscdk-asset-node-proxy-agent-go/nodeproxyagentv6/v2",
	"github.com/cdklabs/cloud-assembly-schema-go/awscdkcloudassemblyschema/v48",
	"github.com/cespare/xxhash/v2",
	"github.com/coder/websocket",
	"github.com/go-logr/logr",
	"github.com/go-logr/stdr",
	"github.com/golang-jwt/jwt/v5",
	"github.com/invopop/jsonschema",
	"github.com/klauspost/compress",
	"github.com/openai/openai-go/v3",
	"github.com/pb33f/ordered-map/v2",
	"github.com/redis/go-redis/v9",
	"github.com/sendgrid/rest",
	"github.com/sendgrid/sendgrid-go",
	"github.com/standard-webhooks/standard-webhooks/libraries",
	"github.com/tidwall/gjson",
	"github.com/tidwall/match",
	"github.com/tidwall/pretty",
	"github.com/tidwall/sjson",
	"go.opentelemetry.io/auto/sdk",
	"go.opentelemetry.io/otel",
	"go.opentelemetry.io/otel/metric",
	"go.opentelemetry.io/otel/trace",
	"go.uber.org/atomic",
	"go.yaml.in/yaml/v4",
	"golang.org/x/sync",
	"golang.org/x/sys",
}

// trimmed is a file of the source as the new module needs it: go.mod and go.sum
// without what only the rest of keyvex needs, all others as they are.
func trimmed(name string, content []byte) []byte {
	switch name {
	case "go.mod":
		return keepLines(content, func(line string) bool {
			path, version, _ := strings.Cut(strings.TrimSpace(line), " ")
			return !strings.HasPrefix(version, "v") || slices.Contains(needed, path)
		})
	case "go.sum":
		return keepLines(content, func(line string) bool {
			path, _, _ := strings.Cut(line, " ")
			return slices.Contains(needed, path)
		})
	}
	return content
}

func keepLines(content []byte, keep func(line string) bool) []byte {
	var out strings.Builder
	for line := range strings.Lines(string(content)) {
		if keep(line) {
			out.WriteString(line)
		}
	}
	return []byte(out.String())
}
