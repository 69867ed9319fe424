package cloud

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"github.com/keyvex/keyvex/internal/problem"
)

// translateErrors wraps whatever an operation fails with into a *problem.Error,
// once, at the outermost step of the SDK's stack.
func translateErrors(o Options) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("keyvexTranslateErrors", func(
			ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
		) (middleware.InitializeOutput, middleware.Metadata, error) {
			tries := &lastTry{}
			out, metadata, err := next.HandleInitialize(context.WithValue(ctx, lastTryKey{}, tries), in)
			service, operation := middleware.GetServiceID(ctx), middleware.GetOperationName(ctx)
			switch {
			case err == nil:
				err = incomplete(out.Result, service, operation)
			case ctx.Err() == nil: // a server's own time-out passes for an ended context, too
				err = translate(err, service, operation, o)
			default:
				if last := tries.outOfPatience(ctx, service, operation); last != nil {
					err = translate(last, service, operation, o)
				}
			}
			return out, metadata, err
		}), middleware.Before)
	}
}

func translate(err error, service, operation string, o Options) error {
	if _, ok := errors.AsType[*problem.Error](err); ok {
		return err
	}
	if p := credentialsProblem(err, o); p != nil {
		return p
	}
	err = wordless(err, service, operation)
	if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorCode() != unknownCode {
		return apiProblem(api, service, operation, o).WithCause(err)
	}
	if p := networkProblem(err, service, operation); p != nil {
		return p
	}
	return problem.New(problem.Failed, "%s %s failed: %s", service, operation, unreadable(err)).WithCause(err).
		WithHint(notAWS)
}

const notAWS = "AWS does not answer like that: check AWS_ENDPOINT_URL, and what is between here and there"

// unknownCode is the SDK's for an error whose answer names none.
const unknownCode = "UnknownError"

// unreadable describes an answer that is not in AWS's form, as a proxy's page.
func unreadable(err error) string {
	response, ok := errors.AsType[*awshttp.ResponseError](err)
	switch {
	case !ok || response.Response == nil || response.HTTPStatusCode() == 0:
		return rootMessage(err)
	case response.HTTPStatusCode() == http.StatusOK:
		return "the server's answer cannot be read: " + rootMessage(err)
	}
	return fmt.Sprintf("the server answered %d %s, and nothing that can be read", response.HTTPStatusCode(), http.StatusText(response.HTTPStatusCode()))
}

var (
	credentialCodes = []string{
		"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException",
		"SignatureDoesNotMatch", "InvalidAccessKeyId", "IncompleteSignature", "InvalidSignatureException", "AuthFailure",
	}
	permissionCodes = []string{
		"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedException", "AuthorizationError",
	}
	notFoundCodes = []string{
		"ResourceNotFoundException", "NoSuchBucket", "NoSuchKey", "NotFound", "NotFoundException", "NoSuchEntity",
		"ParameterNotFound", "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "ChangeSetNotFound", "ChangeSetNotFoundException", "StackNotFoundException",
	}
	unknownOperationCodes = []string{
		"UnknownOperation", "UnknownOperationException", "InvalidAction", "NotImplemented",
	}
	throttlingCodes = []string{
		"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown", "ProvisionedThroughputExceededException",
	}
)

func apiProblem(api smithy.APIError, service, operation string, o Options) *problem.Error {
	code, message := api.ErrorCode(), strings.TrimSuffix(strings.TrimSpace(api.ErrorMessage()), ".")
	words := fmt.Sprintf("%s %s: %s", service, operation, code)
	if message != "" && message != unknownCode {
		words += ": " + message
	}
	switch {
	case slices.Contains(credentialCodes, code):
		return problem.New(problem.Credentials, "AWS does not accept the credentials (%s: %s)", code, message).
			WithHint("%s", signInHint(o))
	case slices.Contains(permissionCodes, code):
		return problem.New(problem.Credentials, "%s", words).
			WithHint("the identity lacks the permission for %s; see who you are with: aws sts get-caller-identity", operation)
	case slices.Contains(notFoundCodes, code), code == "ValidationError" && strings.Contains(message, "does not exist"):
		return problem.New(problem.NotFound, "%s", words).
			WithHint("keyvex status -e %s shows what is deployed", o.Environment)
	case slices.Contains(throttlingCodes, code):
		return problem.New(problem.Failed, "%s", words).WithHint("AWS is throttling this account; try again in a minute")
	case slices.Contains(unknownOperationCodes, code):
		return problem.New(problem.Failed, "%s", words).
			WithHint("the server does not know %s %s; AWS does: check AWS_ENDPOINT_URL", service, operation)
	}
	return problem.New(problem.Failed, "%s", words)
}

func credentialsProblem(err error, o Options) error {
	_, invalid := errors.AsType[*ssocreds.InvalidTokenError](err)
	if invalid || strings.Contains(err.Error(), "cached SSO token") || strings.Contains(err.Error(), "sso/cache/") {
		return problem.New(problem.Credentials, "the session of profile %s ended", profileName(o)).
			WithHint("aws sso login --profile %s", profileName(o)).WithCause(err)
	}
	words := err.Error()
	if !strings.Contains(words, "get identity: get credentials") && !strings.Contains(words, "failed to refresh cached credentials") &&
		!strings.Contains(words, "get credentials:") {
		return nil
	}
	if strings.Contains(words, "no EC2 IMDS role found") {
		return problem.New(problem.Credentials, "no AWS credentials were found for %s", o.Environment).
			WithHint("%s", signInHint(o)).WithCause(err)
	}
	return problem.New(problem.Credentials, "the AWS credentials cannot be used: %s", rootMessage(err)).
		WithHint("%s", signInHint(o)).WithCause(err)
}

func networkProblem(err error, service, operation string) error {
	where := service
	if u, ok := errors.AsType[*url.Error](err); ok {
		if parsed, parseErr := url.Parse(u.URL); parseErr == nil {
			where = parsed.Scheme + "://" + parsed.Host
		}
	}
	if untrusted(err) {
		return problem.New(problem.Failed, "%s shows a certificate that is not trusted here: %s", where, rootMessage(err)).
			WithHint("AWS_CA_BUNDLE names the file with the certificates of those who may sign").WithCause(err)
	}
	if silent(err) {
		return problem.New(problem.Failed, "%s does not answer: %s %s was given up after %s", where, service, operation, patience()).
			WithHint("what it was asked for may still happen there; the same command again finds out, and %s=2m waits longer", patienceVariable).WithCause(err)
	}
	if _, ok := errors.AsType[*net.OpError](err); !ok {
		if _, ok := errors.AsType[*awshttp.ResponseError](err); ok {
			return nil
		}
		if _, ok := errors.AsType[*url.Error](err); !ok {
			return nil
		}
	}
	return problem.New(problem.Failed, "cannot reach %s: %s", where, rootMessage(err)).
		WithHint("check the network, AWS_ENDPOINT_URL and the region").WithCause(err)
}

func configurationProblem(err error, o Options) error {
	if missing, ok := errors.AsType[config.SharedConfigProfileNotExistError](err); ok {
		return problem.New(problem.Credentials, "there is no AWS profile %q", missing.Profile).
			WithHint("aws configure list-profiles shows those there are").WithCause(err)
	}
	why := rootMessage(err)
	if file, ok := errors.AsType[*fs.PathError](err); ok {
		why = file.Error()
	}
	return problem.New(problem.Credentials, "the AWS configuration cannot be used: %s", why).
		WithHint("check ~/.aws/config, AWS_PROFILE (%s) and AWS_CA_BUNDLE", profileName(o)).WithCause(err)
}

func profileName(o Options) string {
	return cmp.Or(o.Profile, os.Getenv("AWS_PROFILE"), "default")
}

func signInHint(o Options) string {
	if o.Local != nil {
		return "keyvex local down, then try again: the local platform starts with a fresh key"
	}
	return "set AWS_PROFILE or --profile, sign in (aws sso login), or use -e local, which needs no account"
}

// rootMessage is the innermost error's text: the outer ones repeat where, not what.
func rootMessage(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return strings.TrimSuffix(err.Error(), ".")
		}
		err = inner
	}
}

// Code is the AWS error code in err's chain, or empty.
func Code(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}

// Operation is the AWS operation that failed in err's chain, or empty.
func Operation(err error) string {
	if of, ok := errors.AsType[*smithy.OperationError](err); ok {
		return of.OperationName
	}
	return ""
}
