package cloud

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/smithy-go/middleware"
	"golang.org/x/time/rate"
)

// Calls a second that keyvex allows itself for each service, over all that it
// does at once. CloudFormation throttles DescribeStacks at about 5 a second.
const (
	cloudFormationRate, cloudFormationBurst = 5, 12
	defaultRate, defaultBurst               = 20, 40
	// Standard queues take nearly any number of calls (Amazon SQS message quotas), and
	// messages that are held have to be renewed in time.
	sqsRate, sqsBurst = 500, 100
	// CloudTrail takes two lookups a second of everybody in the account together.
	cloudTrailRate, cloudTrailBurst = 1.5, 2
)

// How long a connection may take to open, and how long one may stay silent while an
// answer is due: longer than the longest long poll, shorter than people's patience.
const (
	dialPatience = 10 * time.Second
	readPatience = 25 * time.Second
)

// patienceVariable names a variable that holds another readPatience, as "2m": some
// servers do the whole work before they answer.
const patienceVariable = "KEYVEX_PATIENCE"

// patience is how long a silent server is waited for.
func patience() time.Duration {
	if set, err := time.ParseDuration(os.Getenv(patienceVariable)); err == nil && set > 0 {
		return set
	}
	return readPatience
}

// newHTTPClient never waits for ever: the SDK's own waits as long as a connection
// stays open.
func newHTTPClient() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().WithReadTimeout(patience()).WithDialerOptions(func(d *net.Dialer) {
		d.Timeout = min(dialPatience, patience())
	})
}

// newRetryer retries throttling, 5xx and lost connections with jittered back-off,
// for about ten seconds; whoever waits for longer work tries on by itself. A
// connection that cannot be opened at all is not tried again.
func newRetryer() aws.Retryer { return retryer(5, 20*time.Second, neverConnected) }

// newNearRetryer is for a server that is not AWS: it recovers sooner, and what does
// not answer there is stuck, so that asking again would only double the wait.
func newNearRetryer() aws.Retryer {
	return impatient{retryer(8, 2*time.Second, neverConnected, neverAnswered)}
}

// retryer leaves the client-side retry quota off: it makes a busy deploy give up
// while AWS still only throttles. Errors for which one of final says so end it.
func retryer(attempts int, longest time.Duration, final ...retry.IsErrorRetryableFunc) aws.RetryerV2 {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = attempts
		o.MaxBackoff = longest
		o.RateLimiter = noQuota{}
		for _, f := range final {
			o.Retryables = slices.Insert(o.Retryables, 0, retry.IsErrorRetryable(f))
		}
	})
}

// untrusted reports whether a server's certificate was refused.
func untrusted(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}

// silent reports whether a server did not begin to answer in time, or not go on: the SDK's
// error for the latter is no net.Error.
func silent(err error) bool {
	timed, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && timed.Timeout()
}

func neverAnswered(err error) aws.Ternary {
	if silent(err) {
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}

func neverConnected(err error) aws.Ternary {
	if network, ok := errors.AsType[*net.OpError](err); untrusted(err) || ok && network.Op == "dial" && !network.Timeout() {
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}

type noQuota struct{}

func (noQuota) GetToken(context.Context, uint) (func() error, error) {
	return func() error { return nil }, nil
}
func (noQuota) AddTokens(uint) error { return nil }

type limiter struct{ cloudFormation, cloudTrail, sqs, other *rate.Limiter }

func newLimiter() *limiter {
	return &limiter{
		cloudFormation: rate.NewLimiter(cloudFormationRate, cloudFormationBurst),
		cloudTrail:     rate.NewLimiter(cloudTrailRate, cloudTrailBurst),
		sqs:            rate.NewLimiter(sqsRate, sqsBurst),
		other:          rate.NewLimiter(defaultRate, defaultBurst),
	}
}

// install puts the limiter behind the retryer, so that each attempt counts.
func (l *limiter) install(stack *middleware.Stack) error {
	wait := middleware.FinalizeMiddlewareFunc("keyvexRateLimit", func(
		ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler,
	) (middleware.FinalizeOutput, middleware.Metadata, error) {
		bucket := l.other
		switch awsmiddleware.GetServiceID(ctx) {
		case "CloudFormation":
			bucket = l.cloudFormation
		case "CloudTrail":
			bucket = l.cloudTrail
		case "SQS":
			bucket = l.sqs
		}
		if err := bucket.Wait(ctx); err != nil {
			return middleware.FinalizeOutput{}, middleware.Metadata{}, err
		}
		return next.HandleFinalize(ctx, in)
	})
	return stack.Finalize.Insert(wait, "Retry", middleware.After)
}

// quickIMDS asks the instance metadata service once and for a second only: on a
// laptop nobody answers, and the operator waits.
func quickIMDS(o *ec2rolecreds.Options) {
	o.Client = imds.New(imds.Options{
		Retryer:    aws.NopRetryer{},
		HTTPClient: &http.Client{Timeout: time.Second},
	})
}
