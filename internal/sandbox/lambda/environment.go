package lambda

import (
	"context"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// environment is the whole environment of an instance, made from nothing: Lambda's
// own variables, the configuration's, and those that lead to this platform.
//
//	https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
func (s *Service) environment(c types.FunctionConfiguration, stream string) map[string]string {
	out := map[string]string{
		"AWS_REGION": s.host.Region, "AWS_DEFAULT_REGION": s.host.Region,
		"AWS_LAMBDA_FUNCTION_NAME":        aws.ToString(c.FunctionName),
		"AWS_LAMBDA_FUNCTION_VERSION":     aws.ToString(c.Version),
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(int(aws.ToInt32(c.MemorySize))),
		"AWS_LAMBDA_LOG_GROUP_NAME":       aws.ToString(c.LoggingConfig.LogGroup),
		"AWS_LAMBDA_LOG_STREAM_NAME":      stream,
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"_HANDLER":                        aws.ToString(c.Handler),
		"LAMBDA_TASK_ROOT":                "/var/task", "LAMBDA_RUNTIME_DIR": "/var/runtime",
		"PATH": "/usr/local/bin:/usr/bin/:/bin:/opt/bin", "LANG": "en_US.UTF-8", "TZ": ":UTC",
		// An instance here shares the machine with all others, as it does not at AWS.
		"GOMEMLIMIT": strconv.Itoa(int(aws.ToInt32(c.MemorySize))) + "MiB", "GOGC": "50", "GOMAXPROCS": "2",
	}
	if !strings.HasPrefix(string(c.Runtime), "provided") {
		out["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + string(c.Runtime)
	}
	if c.Environment != nil {
		maps.Copy(out, c.Environment.Variables)
	}
	if s.siblings.Extra != nil {
		maps.Copy(out, s.siblings.Extra(aws.ToString(c.FunctionName)))
	}
	return out
}

// Credentials last for credentialLife, and an instance is used until credentialRest
// before their end.
const (
	credentialLife = 12 * time.Hour
	credentialRest = 20 * time.Minute
)

// prepare says what to start for an instance of a version. The time is when its
// credentials get too old for it.
func (s *Service) prepare(v published) func(context.Context, string) (runner.Spec, time.Time, error) {
	return func(ctx context.Context, stream string) (runner.Spec, time.Time, error) {
		spec := runner.Spec{Program: v.Code.Program, Variables: s.environment(v.FunctionConfiguration, stream)}
		if s.siblings.Roles == nil {
			return spec, time.Time{}, nil
		}
		out, err := s.siblings.Roles.AssumeRole(ctx, &sts.AssumeRoleInput{
			RoleArn: v.Role, RoleSessionName: v.FunctionName, DurationSeconds: new(int32(credentialLife / time.Second)),
		})
		if err != nil {
			return spec, time.Time{}, &wire.Error{Code: "AccessDeniedException", Status: 403, Message: "The role defined for the function cannot be assumed by Lambda."}
		}
		spec.Variables["AWS_ACCESS_KEY_ID"] = aws.ToString(out.Credentials.AccessKeyId)
		spec.Variables["AWS_SECRET_ACCESS_KEY"] = aws.ToString(out.Credentials.SecretAccessKey)
		spec.Variables["AWS_SESSION_TOKEN"] = aws.ToString(out.Credentials.SessionToken)
		return spec, aws.ToTime(out.Credentials.Expiration).Add(-credentialRest), nil
	}
}
