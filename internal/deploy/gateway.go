package deploy

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
)

// setGatewayRole gives API Gateway a role to write access logs with. The setting
// belongs to the whole account and region, so one that is there is left alone.
func (d *Deployer) setGatewayRole(ctx context.Context, done *Bootstrapped) error {
	account, err := d.clients.APIGateway.GetAccount(ctx, &apigateway.GetAccountInput{})
	if err != nil {
		return err
	}
	if role := aws.ToString(account.CloudwatchRoleArn); role != "" {
		done.GatewayRole = role
		return nil
	}
	role, err := d.gatewayRole(ctx)
	if err != nil {
		return err
	}
	if err := d.putGatewayRole(ctx, role); err != nil {
		return err
	}
	done.GatewayRole, done.GatewaySet = role, true
	return nil
}

const gatewayTrust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

// gatewayRole finds or makes the role, with AWS's own policy for that purpose.
func (d *Deployer) gatewayRole(ctx context.Context) (arn string, err error) {
	name := platform.GatewayLogsRoleName(d.settings.Region)
	found, err := d.clients.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
	switch {
	case err == nil:
		arn = aws.ToString(found.Role.Arn)
	case code(err) == "NoSuchEntity" || code(err) == "NoSuchEntityException":
		made, err := d.clients.IAM.CreateRole(ctx, &iam.CreateRoleInput{
			RoleName: &name, AssumeRolePolicyDocument: aws.String(gatewayTrust),
			Description: aws.String("lets API Gateway write logs to CloudWatch, for the whole account in " + d.settings.Region),
		})
		if err != nil {
			return "", err
		}
		arn = aws.ToString(made.Role.Arn)
	default:
		return "", err
	}
	policy := fmt.Sprintf("arn:%s:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs", d.partition())
	_, err = d.clients.IAM.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: &name, PolicyArn: &policy})
	return arn, err
}

// A role that was made just now is not known everywhere yet: API Gateway refuses it
// for some seconds.
const (
	roleAttempts = 10
	rolePause    = 3 * time.Second
)

func (d *Deployer) putGatewayRole(ctx context.Context, role string) error {
	var err error
	for range roleAttempts {
		_, err = d.clients.APIGateway.UpdateAccount(ctx, &apigateway.UpdateAccountInput{PatchOperations: []types.PatchOperation{{
			Op: types.OpReplace, Path: aws.String("/cloudwatchRoleArn"), Value: &role,
		}}})
		if code(err) != "BadRequestException" {
			return err
		}
		if err := clock.Sleep(ctx, d.settings.Clock, rolePause); err != nil {
			return err
		}
	}
	return err
}
