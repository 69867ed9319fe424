// Package cloud is keyvex's one way to AWS: it finds credentials, region and
// endpoint, holds the SDK clients behind one rate limit, stops writes where they
// are not allowed, and turns what AWS answers into problems a person can act on.
//
// An error of any client it hands out has a *problem.Error in its chain, and the
// smithy.APIError that caused it below that.
package cloud

import (
	"context"
	"crypto/tls"
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// Options say which AWS is meant, and what may be done there.
type Options struct {
	Environment platform.Environment
	// Region and Profile override what the SDK finds by itself; empty to let it.
	Region, Profile string
	// Account is the pinned account id; empty where none is pinned.
	Account string
	// ReadOnly refuses every operation that is not on the list of reads.
	ReadOnly bool
	// Build is the version for the user agent.
	Build string
	// Local is the embedded AWS. With it, nothing of the machine's AWS
	// configuration is read.
	Local *Local
	// MFAToken asks for the code of an assumed role's MFA device; nil where nobody
	// can be asked.
	MFAToken func() (string, error)
}

// Local says how to reach the embedded AWS.
type Local struct {
	Endpoint, Region       string
	AccessKeyID, SecretKey string
	// CAFile is the certificate to trust for TLS with its Redis and CDN.
	CAFile string
	// Transport replaces the network, in tests.
	Transport http.RoundTripper
}

// Session is one way to one AWS account and region. It is safe for concurrent use.
type Session struct {
	Options Options
	config  aws.Config
	clients clients

	identity      sync.Mutex
	knownIdentity *Identity
}

// Open finds configuration and credentials without calling AWS. It fails with a
// usage problem where no region is known, and refuses a production tier behind a
// loopback endpoint: a local server must never pass for production.
func Open(ctx context.Context, o Options) (*Session, error) {
	cfg, err := load(ctx, o)
	if err != nil {
		return nil, err
	}
	if cfg.Region == "" {
		return nil, problem.New(problem.Usage, "no AWS region is set for %s", o.Environment).
			WithHint("--region us-east-1, AWS_REGION, or region in keyvex.toml")
	}
	s := &Session{Options: o, config: cfg}
	s.config.APIOptions = append(s.config.APIOptions, translateErrors(o), noteTries, plainBodies)
	if o.ReadOnly {
		s.config.APIOptions = append(s.config.APIOptions, refuseWrites)
	}
	s.clients = newClients(s.config)
	if len(s.endpoints()) > 0 {
		s.config.Retryer = newNearRetryer
		s.clients = newClients(s.config)
	}
	if s.Loopback() {
		if o.Environment.IsProduction() && o.Local == nil {
			return nil, problem.New(problem.Refused, "the endpoint %s is this machine, and %s has the production tier", s.Endpoint(), o.Environment).
				WithHint("unset AWS_ENDPOINT_URL, or use an environment of the development tier")
		}
		return s, nil
	}
	s.config.APIOptions = append(s.config.APIOptions, newLimiter().install)
	s.clients = newClients(s.config)
	return s, nil
}

func load(ctx context.Context, o Options) (aws.Config, error) {
	if o.Local != nil {
		return localConfig(o), nil
	}
	options := []func(*config.LoadOptions) error{
		config.WithRetryer(newRetryer),
		config.WithHTTPClient(newHTTPClient()),
		config.WithLogger(logging.Nop{}),
		config.WithAppID(appID(o.Build)),
		config.WithEC2RoleCredentialOptions(quickIMDS),
	}
	if o.Region != "" {
		options = append(options, config.WithRegion(o.Region))
	}
	if o.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(o.Profile))
	}
	options = append(options, config.WithAssumeRoleCredentialOptions(func(a *stscreds.AssumeRoleOptions) {
		a.TokenProvider = o.MFAToken
		if client, ok := a.Client.(*sts.Client); ok {
			a.Client = behindEndpoint(client)
		}
	}))
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return aws.Config{}, configurationProblem(err, o)
	}
	return cfg, nil
}

// localConfig is built by hand: the machine's AWS_* variables and profiles must
// not reach a session of the embedded AWS.
func localConfig(o Options) aws.Config {
	var client aws.HTTPClient = newHTTPClient().WithTransportOptions(func(t *http.Transport) {
		t.Proxy = nil
		t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	})
	if o.Local.Transport != nil {
		client = &http.Client{Transport: o.Local.Transport}
	}
	return aws.Config{
		Region:       o.Local.Region,
		BaseEndpoint: aws.String(o.Local.Endpoint),
		Credentials:  credentials.NewStaticCredentialsProvider(o.Local.AccessKeyID, o.Local.SecretKey, ""),
		HTTPClient:   client,
		Retryer:      newNearRetryer,
		Logger:       logging.Nop{},
		AppID:        appID(o.Build),
	}
}

func appID(build string) string {
	if build == "" {
		return "keyvex"
	}
	return "keyvex/" + build
}

// Region is the session's region.
func (s *Session) Region() string { return s.config.Region }
