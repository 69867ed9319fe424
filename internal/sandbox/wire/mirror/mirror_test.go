package mirror_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	cftypes "github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	cwltypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
	"github.com/keyvex/keyvex/internal/sandbox/wire/mirror"
)

func init() {
	wire.Union[cftypes.CaCertificatesBundleSource](&cftypes.CaCertificatesBundleSourceMemberCaCertificatesBundleS3Location{})
	wire.Union[cwtypes.EvaluationCriteria](&cwtypes.EvaluationCriteriaMemberPromQLCriteria{})
	wire.Union[cwltypes.ResourceConfig](&cwltypes.ResourceConfigMemberOpenSearchResourceConfig{})
	wire.Union[cwltypes.IntegrationDetails](&cwltypes.IntegrationDetailsMemberOpenSearchIntegrationDetails{})
}

func TestEveryOperationOfTheSDKComesThrough(t *testing.T) {
	rest, query, json := []wire.Protocol{wire.RESTJSON}, []wire.Protocol{wire.Query}, []wire.Protocol{wire.JSON11}
	count := 0
	for _, c := range []struct {
		service *wire.Service
		client  func(aws.Config) any
	}{
		{&wire.Service{Name: "sqs", Protocols: []wire.Protocol{wire.JSON10}, TargetPrefix: "AmazonSQS"}, func(c aws.Config) any {
			return sqs.NewFromConfig(c, func(o *sqs.Options) { o.DisableMessageChecksumValidation = true })
		}},
		{&wire.Service{Name: "dynamodb", Protocols: json, TargetPrefix: "DynamoDB_20120810"}, func(c aws.Config) any { return dynamodb.NewFromConfig(c) }},
		{&wire.Service{Name: "logs", Protocols: json, TargetPrefix: "Logs_20140328"}, func(c aws.Config) any { return cloudwatchlogs.NewFromConfig(c) }},
		{&wire.Service{Name: "ssm", Protocols: json, TargetPrefix: "AmazonSSM"}, func(c aws.Config) any { return ssm.NewFromConfig(c) }},
		{&wire.Service{Name: "secretsmanager", Protocols: json, TargetPrefix: "secretsmanager"}, func(c aws.Config) any { return secretsmanager.NewFromConfig(c) }},
		{&wire.Service{Name: "monitoring", Protocols: []wire.Protocol{wire.CBOR}, TargetPrefix: "GraniteServiceVersion20100801"}, func(c aws.Config) any { return cloudwatch.NewFromConfig(c) }},
		{&wire.Service{Name: "lambda", Protocols: rest}, func(c aws.Config) any { return lambda.NewFromConfig(c) }},
		{&wire.Service{Name: "apigateway", Protocols: rest}, func(c aws.Config) any { return apigateway.NewFromConfig(c) }},
		{&wire.Service{Name: "apigateway", Protocols: rest}, func(c aws.Config) any { return apigatewayv2.NewFromConfig(c) }},
		{&wire.Service{Name: "cloudfront", Protocols: []wire.Protocol{wire.RESTXML}}, func(c aws.Config) any { return cloudfront.NewFromConfig(c) }},
		{&wire.Service{Name: "cloudformation", Protocols: query, Version: "2010-05-15"}, func(c aws.Config) any { return cloudformation.NewFromConfig(c) }},
		{&wire.Service{Name: "elasticache", Protocols: query, Version: "2015-02-02"}, func(c aws.Config) any { return elasticache.NewFromConfig(c) }},
		{&wire.Service{Name: "iam", Protocols: query, Version: "2010-05-08"}, func(c aws.Config) any { return iam.NewFromConfig(c) }},
		{&wire.Service{Name: "sns", Protocols: query, Version: "2010-03-31"}, func(c aws.Config) any { return sns.NewFromConfig(c) }},
		{&wire.Service{Name: "sts", Protocols: query, Version: "2011-06-15"}, func(c aws.Config) any { return sts.NewFromConfig(c) }},
	} {
		t.Run(c.service.Name, func(t *testing.T) { count += mirror.CheckAll(t, c.service, c.client) })
	}
	t.Logf("%d operations compared", count)
}
