package cli

import (
	"context"
	"errors"
	"strings"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/config"
	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/lambdas/bundle"
	"github.com/keyvex/keyvex/stacks/assembly"
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
	} else if a.canAsk() {
		options.MFAToken = func() (string, error) { return a.ask(ctx, "MFA code: ") }
	}
	return cloud.Open(ctx, options)
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

// release is what this binary would make of the environment.
func release(choice config.Choice) (deploy.Release, error) {
	templates, zips, err := instantiate(choice.Environment)
	if err != nil {
		return deploy.Release{}, err
	}
	r := deploy.Release{Environment: choice.Environment, Build: build, Parameters: parameters(choice.Settings)}
	for _, t := range templates {
		r.Templates = append(r.Templates, deploy.Template{Stack: t.Stack, Name: t.Name, Body: string(t.Body), Hash: t.Hash})
	}
	for _, zip := range zips {
		object, err := asset(zip)
		if err != nil {
			return deploy.Release{}, err
		}
		r.Assets = append(r.Assets, object)
	}
	return r, nil
}

// instantiate gives the environment's templates and the zips they refer to.
func instantiate(env platform.Environment) ([]assembly.Template, []bundle.Zip, error) {
	zips, err := zipsFor(env)
	if err != nil {
		return nil, nil, err
	}
	var bundles []platform.Bundle
	for _, zip := range zips {
		bundles = append(bundles, zip.Bundle)
	}
	templates, err := assembly.Instantiate(env, bundles, build)
	return templates, zips, err
}

func zipsFor(env platform.Environment) ([]bundle.Zip, error) {
	if env.IsLocal() {
		return bundle.Native(build)
	}
	return bundle.Built()
}

// parameters are the template parameters that keyvex.toml sets.
func parameters(s config.Settings) map[string]string {
	out := map[string]string{}
	for name, value := range map[string]string{
		platform.ParameterAlarmEmail:  s.AlarmEmail,
		platform.ParameterCORSOrigins: strings.Join(s.CORSOrigins, ","),
		platform.ParameterClerkIssuer: s.ClerkIssuer,
	} {
		if value != "" {
			out[name] = value
		}
	}
	return out
}

func where(env platform.Environment, who cloud.Identity, region string) present.Where {
	return present.Where{Environment: env.Name, Tier: env.Tier, Account: who.Account, Region: region}
}
