package cli

import (
	"context"
	"errors"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/config"
	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
)

// open is the way to the chosen environment's AWS. For local it starts the local
// platform when that is not running.
func (a *app) open(ctx context.Context, choice config.Choice) (*cloud.Session, error) {
	options := cloud.Options{
		Environment: choice.Environment,
		Region:      firstOf(a.flags.region, choice.Settings.Region),
		Profile:     firstOf(a.flags.profile, choice.Settings.Profile),
		Account:     choice.Settings.Account,
		ReadOnly:    a.flags.readOnly || choice.Settings.ReadOnly,
		Build:       build,
	}
	if choice.Environment.IsLocal() {
		local, err := a.ensureLocal(ctx)
		if err != nil {
			return nil, err
		}
		options.Local = local
	} else if a.mfa != nil {
		options.MFAToken = func() (string, error) { return a.mfa(ctx) }
	} else if a.canAsk() {
		options.MFAToken = func() (string, error) { return a.ask(ctx, "MFA code: ") }
	}
	return cloud.Open(ctx, options)
}

// ground is where a command that only looks stands.
type ground struct {
	choice  config.Choice
	session *cloud.Session
	who     cloud.Identity
	// reading is what all reading of logs shares; nil for the local platform.
	reading *logs.Budget
}

func (g ground) place() present.Where {
	return where(g.choice.Environment, g.who, g.session.Region())
}

// stand chooses the environment, opens the way to it and asks who one is there.
func (a *app) stand(ctx context.Context) (g ground, err error) {
	if g.choice, err = a.choose(ctx); err != nil {
		return g, err
	}
	if g.session, err = a.open(ctx, g.choice); err != nil {
		return g, err
	}
	g.who, err = g.session.Identity(ctx)
	g.reading = a.readingAt(g.session)
	return g, err
}

// readingAt is half of the region's quota; the local platform has none.
func (a *app) readingAt(session *cloud.Session) *logs.Budget {
	if session.Loopback() {
		return nil
	}
	return logs.NewBudget(a.clock, session.Region())
}

// writable is the session's identity, once everything allows it to write. A pinned
// account's problem says where it is pinned.
func writable(ctx context.Context, choice config.Choice, session *cloud.Session) (cloud.Identity, error) {
	who, err := session.Writable(ctx)
	if p, ok := errors.AsType[*problem.Error](err); ok && p.Kind == problem.Refused && choice.Settings.Account != "" && !session.Options.ReadOnly {
		return who, p.WithHint("use --profile with that account's profile, or change account in %s", choice.File.Where(choice.Environment.Name, "account"))
	}
	return who, err
}

func firstOf(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}

// deployer puts the session's clients behind the deploy domain.
func (a *app) deployer(session *cloud.Session, who cloud.Identity) *deploy.Deployer {
	return deploy.New(deploy.Clients{
		CloudFormation: session.CloudFormation(), SSM: session.SSM(), S3: session.S3(),
		IAM: session.IAM(), APIGateway: session.APIGateway(),
	}, deploy.Settings{
		Account: who.Account, Region: session.Region(), Loopback: session.Loopback(),
		Clock: a.clock, Random: a.random,
	})
}

func where(env platform.Environment, who cloud.Identity, region string) present.Where {
	return present.Where{Environment: env.Name, Tier: env.Tier, Account: who.Account, Region: region}
}
