package present

import (
	"strings"

	"github.com/keyvex/keyvex/internal/deploy"
)

var runState = map[deploy.State]State{
	deploy.Waiting: Waiting, deploy.Preparing: Working, deploy.Attached: Working,
	deploy.Creating: Working, deploy.Updating: Working, deploy.Deleting: Working,
	deploy.RollingBack: Broken, deploy.Complete: OK, deploy.NoChange: OK, deploy.Gone: OK,
	deploy.Failed: Broken, deploy.RolledBack: Broken, deploy.Skipped: Waiting, deploy.Running: Attention,
}

// RunState is the sign of a stack's state in a run.
func RunState(s deploy.State) State { return runState[s] }

var operationWords = map[string]string{
	"CREATE_IN_PROGRESS": "creating", "UPDATE_IN_PROGRESS": "updating", "DELETE_IN_PROGRESS": "deleting",
	"CREATE_COMPLETE": "created", "UPDATE_COMPLETE": "updated", "DELETE_COMPLETE": "deleted",
	"UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "updated, cleaning up",
	"ROLLBACK_IN_PROGRESS":                "rolling back", "UPDATE_ROLLBACK_IN_PROGRESS": "rolling back",
	"ROLLBACK_COMPLETE": "rolled back", "UPDATE_ROLLBACK_COMPLETE": "rolled back",
	"UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": "rolled back, cleaning up",
	"REVIEW_IN_PROGRESS":                           "under review",
	"DELETE_SKIPPED":                               "retained",
	"":                                             "not deployed",
}

// StatusWords says a CloudFormation status, of a stack or a resource, in words.
func StatusWords(status string) string {
	if words, ok := operationWords[status]; ok {
		return words
	}
	return strings.ToLower(strings.ReplaceAll(status, "_", " "))
}

// StackState is the sign of a CloudFormation status.
func StackState(status string) State {
	switch {
	case status == "":
		return Idle
	case strings.HasSuffix(status, "_FAILED"), strings.Contains(status, "ROLLBACK"):
		return Broken
	case strings.HasSuffix(status, "_IN_PROGRESS"):
		return Working
	}
	return OK
}

// ShortType is the last part of a CloudFormation type, "ReplicationGroup".
func ShortType(resourceType string) string {
	return resourceType[strings.LastIndex(resourceType, ":")+1:]
}
