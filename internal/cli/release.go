package cli

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/config"
	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox"
	"github.com/keyvex/keyvex/lambdas/bundle"
	"github.com/keyvex/keyvex/stacks/assembly"
)

// release is what this binary would make of the stacks, of all six when none is
// named. Only stacks that refer to the functions' zips need them to be in it.
func release(choice config.Choice, stacks []platform.Stack) (deploy.Release, error) {
	zips, missing := zipsFor(choice.Environment)
	return releaseFrom(choice, stacks, zips, missing)
}

// releaseFrom takes the reason why there are no zips; it counts when a stack
// refers to one.
func releaseFrom(choice config.Choice, stacks []platform.Stack, zips []bundle.Zip, missing error) (deploy.Release, error) {
	r := deploy.Release{Environment: choice.Environment, Build: build, Parameters: parameters(choice.Settings)}
	if missing != nil { // the local platform's stand in, to see who asks for one
		var err error
		if zips, err = bundle.Native(build); err != nil {
			return r, err
		}
	}
	templates, err := instantiate(choice.Environment, zips)
	if err != nil {
		return r, err
	}
	needed := map[string]bool{}
	for _, t := range templates {
		if len(stacks) > 0 && !slices.Contains(stacks, t.Stack) {
			continue
		}
		r.Templates = append(r.Templates, deploy.Template{Stack: t.Stack, Name: t.Name, Body: string(t.Body), Hash: t.Hash})
		for _, zip := range zips {
			needed[zip.Key()] = needed[zip.Key()] || bytes.Contains(t.Body, []byte(zip.Key()))
		}
	}
	for _, zip := range zips {
		switch {
		case !needed[zip.Key()]:
			continue
		case missing != nil:
			return deploy.Release{}, missing
		}
		r.Assets = append(r.Assets, asset(zip))
	}
	return r, nil
}

// instantiate gives the environment's templates, which refer to the zips.
func instantiate(env platform.Environment, zips []bundle.Zip) ([]assembly.Template, error) {
	var bundles []platform.Bundle
	for _, zip := range zips {
		bundles = append(bundles, zip.Bundle)
	}
	return assembly.Instantiate(env, bundles, build)
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
		platform.ParameterAlarmEmail:    s.AlarmEmail,
		platform.ParameterCORSOrigins:   strings.Join(s.CORSOrigins, ","),
		platform.ParameterClerkIssuer:   s.ClerkIssuer,
		platform.ParameterClerkJWKS:     s.ClerkJWKS,
		platform.ParameterClerkAudience: s.ClerkAudience,
		platform.ParameterDebugUser:     s.DebugUser,
		platform.ParameterMailFrom:      s.MailFrom,
	} {
		if value != "" {
			out[name] = value
		}
	}
	return out
}

// localParameters lets the local platform be used as it stands: where keyvex.toml
// names nobody else, its own issuer signs the session tokens, the seed's debug user
// needs none, and mails have a sender.
func localParameters(r deploy.Release, session *cloud.Session) {
	if session.Options.Local == nil {
		return
	}
	for name, value := range map[string]string{
		platform.ParameterClerkIssuer: sandbox.ClerkIssuer(session.Options.Local.Endpoint),
		platform.ParameterDebugUser:   platform.DebugUser,
		platform.ParameterMailFrom:    "keyvex@example.com",
	} {
		if r.Parameters[name] == "" {
			r.Parameters[name] = value
		}
	}
}

// asset is a function's zip as an object of the assets bucket. The zip is made when it
// has to be sent.
func asset(zip bundle.Zip) deploy.Asset {
	return deploy.Asset{Key: zip.Key(), Size: zip.Size, Open: func() (io.ReadSeekCloser, error) {
		content, err := zip.Content()
		return contentReader{bytes.NewReader(content)}, err
	}}
}

type contentReader struct{ *bytes.Reader }

func (contentReader) Close() error { return nil }
