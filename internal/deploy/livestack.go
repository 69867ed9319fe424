package deploy

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/platform"
)

const reviewInProgress = string(types.StackStatusReviewInProgress)

// liveStack is a stack as CloudFormation describes it. Servers that are not AWS
// leave members out, so every one is read as if it might be missing.
type liveStack struct{ types.Stack }

func (s *liveStack) id() string     { return orElse(s.StackId, aws.ToString(s.StackName)) }
func (s *liveStack) status() string { return string(s.StackStatus) }

func (s *liveStack) updated() time.Time {
	if s.LastUpdatedTime != nil {
		return *s.LastUpdatedTime
	}
	return aws.ToTime(s.CreationTime)
}

func (s *liveStack) output(key string) string {
	for _, o := range s.Outputs {
		if aws.ToString(o.OutputKey) == key {
			return aws.ToString(o.OutputValue)
		}
	}
	return ""
}

func (s *liveStack) protected() bool { return aws.ToBool(s.EnableTerminationProtection) }

// inProgress reports whether CloudFormation works on a stack of that status. One
// under review only waits for somebody to execute its change set.
func inProgress(status string) bool {
	return strings.HasSuffix(status, "_IN_PROGRESS") && status != reviewInProgress
}

// healthy are the statuses of a stack that serves what its template says.
func healthy(status string) bool {
	return slices.Contains([]string{
		"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
		"UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE",
	}, status)
}

// statusOf gives the row of a stack; live is nil when there is none.
func statusOf(env platform.Environment, stack platform.Stack, live *liveStack) StackStatus {
	row := StackStatus{Stack: stack, Name: env.StackName(stack)}
	if live == nil {
		return row
	}
	row.Status, row.Updated = live.status(), live.updated()
	row.TemplateHash, row.Build = live.output(platform.OutputTemplateHash), live.output(platform.OutputBuild)
	row.Protected = live.protected()
	row.Drifted = live.DriftInformation != nil && live.DriftInformation.StackDriftStatus == types.StackDriftStatusDrifted
	return row
}
