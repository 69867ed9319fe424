package deploy

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// checkGround asks for what must be there before the stacks. It asks nothing when
// nothing of it is about to be used.
func (d *Deployer) checkGround(ctx context.Context, plan *Plan) error {
	for _, p := range plan.Stacks {
		var err error
		switch {
		case p.Stack == platform.Security && p.Action == Create && p.ID == "" && !d.settings.Loopback:
			err = d.checkRegion(ctx, plan.Release.Environment, p)
		case p.Stack == AssetReader && plan.uploads():
			plan.NeedsBootstrap, err = d.lacksBucket(ctx, plan.NeedsBootstrap)
		case p.Stack == platform.API && p.Action == Create:
			plan.NeedsBootstrap = plan.NeedsBootstrap || d.lacksGatewayRole(ctx)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// uploads reports whether assets are looked after at all: a stack that reads them
// and is unchanged was deployed with them.
func (p *Plan) uploads() bool {
	if len(p.Release.Assets) == 0 {
		return false
	}
	for _, s := range p.Stacks {
		if s.Stack == AssetReader {
			return s.Action != Unchanged && s.Action != Protect
		}
	}
	return false
}

// checkRegion refuses a second region: roles are global, so a role of the
// environment without its stack here means that the stack is elsewhere. A server
// or an identity that cannot say lets it pass, and one on this machine is not
// asked: those leave roles of failed creations behind.
func (d *Deployer) checkRegion(ctx context.Context, env platform.Environment, p StackPlan) error {
	name := env.FunctionRoleName(platform.AIProcessor)
	if _, err := d.clients.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: &name}); err != nil {
		return ctx.Err()
	}
	return problem.New(problem.Refused, "%s is not in %s, but its role %s exists: an environment lives in one region", p.Name, d.settings.Region, name).
		WithHint("use --region with the region of %s; if there is none, delete that role", env)
}

// lacksGatewayRole reports whether API Gateway surely has no role to write access
// logs with.
func (d *Deployer) lacksGatewayRole(ctx context.Context) bool {
	account, err := d.clients.APIGateway.GetAccount(ctx, &apigateway.GetAccountInput{})
	return err == nil && aws.ToString(account.CloudwatchRoleArn) == ""
}
