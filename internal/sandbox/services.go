package sandbox

import (
	"errors"
	"path/filepath"

	"github.com/keyvex/keyvex/internal/sandbox/apigateway"
	"github.com/keyvex/keyvex/internal/sandbox/apigatewayv2"
	"github.com/keyvex/keyvex/internal/sandbox/authority"
	"github.com/keyvex/keyvex/internal/sandbox/cloudformation"
	"github.com/keyvex/keyvex/internal/sandbox/cloudfront"
	"github.com/keyvex/keyvex/internal/sandbox/cloudtrail"
	"github.com/keyvex/keyvex/internal/sandbox/cloudwatch"
	"github.com/keyvex/keyvex/internal/sandbox/dynamodb"
	"github.com/keyvex/keyvex/internal/sandbox/ec2"
	"github.com/keyvex/keyvex/internal/sandbox/elasticache"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/iam"
	"github.com/keyvex/keyvex/internal/sandbox/kms"
	"github.com/keyvex/keyvex/internal/sandbox/lambda"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
	"github.com/keyvex/keyvex/internal/sandbox/logs"
	"github.com/keyvex/keyvex/internal/sandbox/providers"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/s3"
	"github.com/keyvex/keyvex/internal/sandbox/secretsmanager"
	"github.com/keyvex/keyvex/internal/sandbox/sns"
	"github.com/keyvex/keyvex/internal/sandbox/sqs"
	"github.com/keyvex/keyvex/internal/sandbox/ssm"
	"github.com/keyvex/keyvex/internal/sandbox/sts"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Services are the services of a sandbox, for use without the wire.
type Services struct {
	APIGateway     *apigateway.Service
	APIGatewayV2   *apigatewayv2.Service
	CloudFormation *cloudformation.Service
	CloudFront     *cloudfront.Service
	CloudTrail     *cloudtrail.Service
	CloudWatch     *cloudwatch.Service
	DynamoDB       *dynamodb.Service
	EC2            *ec2.Service
	ElastiCache    *elasticache.Service
	IAM            *iam.Service
	KMS            *kms.Service
	Lambda         *lambda.Service
	Logs           *logs.Service
	Providers      *providers.Service
	S3             *s3.Service
	SecretsManager *secretsmanager.Service
	SNS            *sns.Service
	SQS            *sqs.Service
	SSM            *ssm.Service
	STS            *sts.Service
	// Authority signs for those of their servers that speak TLS.
	Authority *authority.Authority
}

// service is what every service package offers.
type service interface {
	Wire() *wire.Service
	Resources() []resource.Type
}

// owners are the services with CloudFormation resource types of their own.
func (s *Services) owners() []service {
	return []service{
		s.APIGateway, s.APIGatewayV2, s.CloudFront, s.CloudTrail, s.CloudWatch, s.DynamoDB, s.EC2, s.ElastiCache, s.IAM, s.KMS, s.Lambda, s.Logs,
		s.S3, s.SecretsManager, s.SNS, s.SQS, s.SSM, s.STS,
	}
}

// open makes the services and introduces them to each other.
func (s *Services) open(h *host.Host, pace float64, functions runner.Runner, secret string) (err error) {
	if s.S3, err = s3.New(h); err != nil {
		return err
	}
	if s.Authority, err = openAuthority(h); err != nil {
		return err
	}
	s.CloudWatch = cloudwatch.New(h)
	h.Meter = s.CloudWatch.Record
	s.CloudFront = cloudfront.New(h, cloudfront.Siblings{Objects: s.S3, TLS: s.Authority.TLS})
	s.DynamoDB = dynamodb.New(h)
	s.EC2 = ec2.New(h)
	s.ElastiCache = elasticache.New(h, s.EC2, s.Authority)
	s.IAM = iam.New(h)
	s.KMS = kms.New(h)
	s.Logs = logs.New(h)
	s.Providers = providers.New(h, secret)
	s.SecretsManager = secretsmanager.New(h)
	s.SQS = sqs.New(h)
	s.SNS = sns.New(h, s.SQS)
	s.SSM = ssm.New(h)
	s.STS = sts.New(h, roles{s.IAM})
	s.CloudTrail = cloudtrail.New(h, s.STS)
	s.Lambda = lambda.New(h, lambda.Siblings{
		Objects: s.S3, Queues: s.SQS, Subnets: s.EC2, Logs: s.Logs, Roles: s.STS, Runner: functions, Extra: s.localVariables(h),
		Destinations: destinations{s},
	})
	s.APIGateway = apigateway.New(h, apigateway.Siblings{Roles: s.IAM, Queues: s.SQS, Functions: s.Lambda, Logs: s.Logs})
	s.APIGatewayV2 = apigatewayv2.New(h, s.APIGateway, s.Lambda)
	s.CloudWatch.Tell(s.SNS)
	s.CloudWatch.Sample(s.SQS.Gauges)
	s.CloudWatch.Sample(s.ElastiCache.Gauges)
	s.EC2.UsedBy(s.ElastiCache.UsesNetwork)
	s.EC2.UsedBy(s.Lambda.Uses)

	var types []resource.Type
	for _, owner := range s.owners() {
		types = append(types, owner.Resources()...)
	}
	s.CloudFormation = cloudformation.New(h, pace, types, s.lookups())
	s.CloudFormation.Resume()
	s.Lambda.Resume()
	return nil
}

// openAuthority keeps the authority in the state folder, if there is one.
func openAuthority(h *host.Host) (*authority.Authority, error) {
	if h.Folder == "" {
		return authority.Open("", h.Clock)
	}
	return authority.Open(filepath.Join(h.Folder, "authority"), h.Clock)
}

// wired are all services as the router takes them.
func (s *Services) wired() []*wire.Service {
	out := []*wire.Service{s.CloudFormation.Wire(), s.APIGatewayV2.Management()}
	for _, owner := range s.owners() {
		out = append(out, owner.Wire())
	}
	return out
}

// close ends what the services run in the background, those first that lean on
// others.
func (s *Services) close() error {
	if s.CloudFormation == nil {
		return nil // none was opened
	}
	s.CloudFormation.Close()
	s.APIGatewayV2.Close()
	s.CloudFront.Close()
	err := s.Lambda.Close()
	s.SQS.Close()
	s.CloudWatch.Close()
	s.ElastiCache.Close()
	return errors.Join(err, s.Logs.Close())
}
