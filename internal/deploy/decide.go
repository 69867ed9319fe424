package deploy

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// decide says what is to be done about a stack, from its status alone where that
// settles it, else from how it differs from the target.
func (d *Deployer) decide(ctx context.Context, t target, live *liveStack, force bool) (Action, []string, error) {
	if live == nil {
		return Create, []string{"not deployed"}, nil
	}
	switch status := live.status(); {
	case status == reviewInProgress:
		return Create, []string{"its creation never began"}, nil
	case status == "DELETE_COMPLETE":
		return Create, []string{"not deployed"}, nil
	case inProgress(status):
		return d.decideBusy(ctx, live)
	case status == "ROLLBACK_COMPLETE", status == "ROLLBACK_FAILED", status == "CREATE_FAILED":
		return Recreate, []string{"its creation failed (" + status + ")"}, nil
	case status == "DELETE_FAILED":
		return Blocked, []string{"its deletion failed: " + tidy(aws.ToString(live.StackStatusReason))}, nil
	case status == "UPDATE_ROLLBACK_FAILED":
		return Continue, []string{"its rollback got stuck: " + tidy(aws.ToString(live.StackStatusReason))}, nil
	}
	action, reasons := decideSettled(t, live, force)
	return action, reasons, nil
}

func decideSettled(t target, live *liveStack, force bool) (Action, []string) {
	reasons := t.differences(live)
	if force {
		reasons = append(reasons, "forced")
	}
	if !healthy(live.status()) {
		reasons = append(reasons, "status "+live.status())
	}
	if len(reasons) > 0 {
		return Update, reasons
	}
	if t.env.Spec().TerminationProtection && !live.protected() {
		return Protect, []string{"termination protection"}
	}
	return Unchanged, nil
}

// decideBusy tells an operation of an earlier run of ours, which a new run may
// wait for, from somebody else's.
func (d *Deployer) decideBusy(ctx context.Context, live *liveStack) (Action, []string, error) {
	token, err := d.operationToken(ctx, live)
	if err != nil {
		return "", nil, err
	}
	if ourToken(token) {
		return Attach, []string{live.status() + ", left running by an earlier run"}, nil
	}
	who := "without a client request token"
	if token != "" {
		who = fmt.Sprintf("with the token %q", token)
	}
	return Blocked, []string{live.status() + ", started outside keyvex " + who}, nil
}

// blockedHint says what to do about a blocked stack.
func blockedHint(p StackPlan, env string) string {
	if strings.HasPrefix(p.Status, "DELETE_FAILED") {
		return fmt.Sprintf("keyvex destroy -e %s finishes the deletion; then deploy again", env)
	}
	return "wait until it has finished, then try again"
}
