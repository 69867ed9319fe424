package sandbox

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	awssecrets "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	awssns "github.com/aws/aws-sdk-go-v2/service/sns"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	awsssm "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/keyvex/keyvex/internal/sandbox/cloudformation"
	"github.com/keyvex/keyvex/internal/sandbox/ec2"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/iam"
)

// lookups are what CloudFormation asks of the others.
func (s *Services) lookups() cloudformation.Lookups {
	return cloudformation.Lookups{
		Parameter: s.parameter,
		Secret:    s.secret,
		Object: func(ctx context.Context, bucket, key string) ([]byte, error) {
			return s.S3.Object(ctx, bucket, key, "")
		},
		Zones: s.zones,
	}
}

func (s *Services) parameter(ctx context.Context, name string, version int64) (string, bool) {
	if version > 0 {
		name += fmt.Sprintf(":%d", version)
	}
	out, err := s.SSM.GetParameter(ctx, &awsssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if err != nil {
		return "", false
	}
	return aws.ToString(out.Parameter.Value), true
}

func (s *Services) secret(ctx context.Context, id, stage, version string) (string, error) {
	in := &awssecrets.GetSecretValueInput{SecretId: &id}
	if stage != "" {
		in.VersionStage = &stage
	}
	if version != "" {
		in.VersionId = &version
	}
	out, err := s.SecretsManager.GetSecretValue(ctx, in)
	if err != nil {
		return "", err
	}
	return aws.ToString(out.SecretString), nil
}

// zones lists the availability zones of a region; only the sandbox's own has any.
func (s *Services) zones(region string) []string {
	out, err := s.EC2.DescribeAvailabilityZones(context.Background(), &ec2.DescribeAvailabilityZonesInput{})
	if err != nil {
		return nil
	}
	var names []string
	for _, zone := range out.AvailabilityZones {
		if aws.ToString(zone.RegionName) == region {
			names = append(names, aws.ToString(zone.ZoneName))
		}
	}
	return names
}

// localVariables lead a function's clients to this platform: its AWS, and the
// stand-ins of the providers, by the variables that their SDKs know.
func (s *Services) localVariables(h *host.Host) func(string) map[string]string {
	return func(string) map[string]string {
		return map[string]string{
			"AWS_ENDPOINT_URL":   h.Endpoint,
			"AWS_CA_BUNDLE":      s.Authority.CAFile(),
			"OPENAI_BASE_URL":    h.Provider(openAI) + "/v1",
			"ANTHROPIC_BASE_URL": h.Provider(anthropic),
			"SENDGRID_BASE_URL":  h.Provider(sendGrid),
		}
	}
}

// destinations take what became of asynchronous invocations.
type destinations struct{ *Services }

// Send gives a document to the queue, topic or function of that ARN.
func (d destinations) Send(ctx context.Context, arn string, document []byte) error {
	text := aws.String(string(document))
	switch service := strings.Split(arn, ":")[2]; service {
	case "sqs":
		url, ok := d.SQS.QueueURL(arn)
		if !ok {
			return fmt.Errorf("there is no queue %s", arn)
		}
		_, err := d.SQS.SendMessage(ctx, &awssqs.SendMessageInput{QueueUrl: &url, MessageBody: text})
		return err
	case "sns":
		_, err := d.SNS.Publish(ctx, &awssns.PublishInput{TopicArn: &arn, Message: text})
		return err
	case "lambda":
		_, err := d.Lambda.Invoke(ctx, &awslambda.InvokeInput{FunctionName: &arn, Payload: document, InvocationType: lambdatypes.InvocationTypeEvent})
		return err
	default:
		return fmt.Errorf("%s is no destination", service)
	}
}

// roles is IAM as STS asks it.
type roles struct{ iam *iam.Service }

// RoleID gives the unique id of the role with that ARN.
func (r roles) RoleID(arn string) (string, bool) {
	name := arn[strings.LastIndexByte(arn, '/')+1:]
	out, err := r.iam.GetRole(context.Background(), &awsiam.GetRoleInput{RoleName: &name})
	if err != nil || aws.ToString(out.Role.Arn) != arn {
		return "", false
	}
	return aws.ToString(out.Role.RoleId), true
}
