package cloud

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// clients are cheap to make, about 50 us each, and hold no connection of their own.
type clients struct {
	apigateway     *apigateway.Client
	cloudformation *cloudformation.Client
	cloudtrail     *cloudtrail.Client
	cloudwatch     *cloudwatch.Client
	elasticache    *elasticache.Client
	iam            *iam.Client
	lambda         *lambda.Client
	logs           *cloudwatchlogs.Client
	s3             *s3.Client
	secretsmanager *secretsmanager.Client
	sqs            *sqs.Client
	ssm            *ssm.Client
	sts            *sts.Client
}

func newClients(cfg aws.Config) clients {
	return clients{
		apigateway:     apigateway.NewFromConfig(cfg),
		cloudformation: cloudformation.NewFromConfig(cfg),
		cloudtrail:     cloudtrail.NewFromConfig(cfg),
		cloudwatch:     cloudwatch.NewFromConfig(cfg),
		elasticache:    elasticache.NewFromConfig(cfg),
		iam:            iam.NewFromConfig(cfg),
		lambda:         lambda.NewFromConfig(cfg),
		logs:           newLogs(cfg),
		s3:             newS3(cfg),
		secretsmanager: secretsmanager.NewFromConfig(cfg),
		sqs:            sqs.NewFromConfig(cfg),
		ssm:            ssm.NewFromConfig(cfg),
		sts:            sts.NewFromConfig(cfg),
	}
}

// newS3 addresses buckets by path behind a custom endpoint, which seldom has a
// wildcard name, and leaves out the trailing checksums that such servers may not know.
func newS3(cfg aws.Config) *s3.Client {
	client := s3.NewFromConfig(cfg)
	if client.Options().BaseEndpoint == nil {
		return client
	}
	return s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.UsePathStyle = true
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	})
}

// newLogs leaves out the host prefix of Live Tail, "stream-", behind a custom endpoint:
// there is no such host.
func newLogs(cfg aws.Config) *cloudwatchlogs.Client {
	client := cloudwatchlogs.NewFromConfig(cfg)
	if client.Options().BaseEndpoint == nil {
		return client
	}
	plain := middleware.InitializeMiddlewareFunc("keyvexNoHostPrefix", func(
		ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
	) (middleware.InitializeOutput, middleware.Metadata, error) {
		return next.HandleInitialize(smithyhttp.DisableEndpointHostPrefix(ctx, true), in)
	})
	return cloudwatchlogs.NewFromConfig(cfg, func(o *cloudwatchlogs.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error { return stack.Initialize.Add(plain, middleware.Before) })
	})
}

// APIGateway is the client of API Gateway's REST APIs and account settings.
func (s *Session) APIGateway() *apigateway.Client { return s.clients.apigateway }

// CloudFormation is the CloudFormation client.
func (s *Session) CloudFormation() *cloudformation.Client { return s.clients.cloudformation }

// CloudTrail is the client of the account's event history.
func (s *Session) CloudTrail() *cloudtrail.Client { return s.clients.cloudtrail }

// CloudWatch is the client of metrics and alarms.
func (s *Session) CloudWatch() *cloudwatch.Client { return s.clients.cloudwatch }

// ElastiCache is the ElastiCache client.
func (s *Session) ElastiCache() *elasticache.Client { return s.clients.elasticache }

// IAM is the IAM client.
func (s *Session) IAM() *iam.Client { return s.clients.iam }

// Lambda is the Lambda client.
func (s *Session) Lambda() *lambda.Client { return s.clients.lambda }

// Logs is the CloudWatch Logs client.
func (s *Session) Logs() *cloudwatchlogs.Client { return s.clients.logs }

// SecretsManager is the Secrets Manager client.
func (s *Session) SecretsManager() *secretsmanager.Client { return s.clients.secretsmanager }

// S3 is the S3 client.
func (s *Session) S3() *s3.Client { return s.clients.s3 }

// SQS is the SQS client.
func (s *Session) SQS() *sqs.Client { return s.clients.sqs }

// SSM is the Parameter Store client.
func (s *Session) SSM() *ssm.Client { return s.clients.ssm }
