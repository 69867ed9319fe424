package cloud

import (
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/keyvex/keyvex/internal/problem"
)

// incomplete refuses an answer that lacks what its operation is asked for. AWS gives
// none such, a server that is not AWS may; nobody beyond here has to look.
func incomplete(answer any, service, operation string) error {
	missing := ""
	switch out := answer.(type) {
	case *sts.GetCallerIdentityOutput:
		missing = without(out.Account, "account")
	case *sqs.GetQueueUrlOutput:
		missing = without(out.QueueUrl, "queue")
	case *iam.GetRoleOutput:
		missing = withoutRole(out.Role)
	case *iam.CreateRoleOutput:
		missing = withoutRole(out.Role)
	}
	if missing == "" {
		return nil
	}
	return problem.New(problem.Failed, "%s %s: the server's answer names no %s", service, operation, missing).WithHint(notAWS)
}

// without gives what is missing, if it is.
func without(value *string, what string) string {
	if value == nil || *value == "" {
		return what
	}
	return ""
}

func withoutRole(role *types.Role) string {
	if role == nil {
		return "role"
	}
	return without(role.Arn, "role")
}
