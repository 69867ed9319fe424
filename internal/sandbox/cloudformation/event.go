package cloudformation

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

const (
	stackType     = "AWS::CloudFormation::Stack"
	userInitiated = "User Initiated"
)

func (s *Service) uuid() string {
	h := s.host.ID(host.Hex, 32)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// setStatus changes the stack's status and appends the event that says so.
func (s *Service) setStatus(st *Stack, op Operation, status types.StackStatus, reason string) []state.Change {
	now := s.host.Clock.Now()
	st.Status, st.Reason = status, reason
	e := Event{Type: op.Type}
	e.StackEvent = types.StackEvent{
		EventId: new(s.uuid()), StackId: &st.ID, StackName: &st.Name, Timestamp: &now,
		LogicalResourceId: &st.Name, PhysicalResourceId: &st.ID, ResourceType: new(stackType),
		ResourceStatus: types.ResourceStatus(status), ResourceStatusReason: optional(reason),
		ClientRequestToken: op.Token, OperationId: optional(op.ID),
	}
	return []state.Change{s.db.putStack(*st), s.db.putEvent(e)}
}

// setResource changes the resource's status and appends the event that says so.
func (s *Service) setResource(res *Resource, op Operation, status types.ResourceStatus, reason string) []state.Change {
	res.Status, res.Reason, res.Updated = status, reason, s.host.Clock.Now()
	return []state.Change{s.db.putResource(*res), s.incarnationEvent(*res, res.Live, op, status, reason)}
}

// incarnationEvent is the event of one physical resource, which need not be the
// live one.
func (s *Service) incarnationEvent(res Resource, physical Incarnation, op Operation, status types.ResourceStatus, reason string) state.Change {
	now := s.host.Clock.Now()
	st, _ := s.db.stacks.Get(res.StackID)
	e := Event{Type: op.Type}
	e.StackEvent = types.StackEvent{
		EventId: new(fmt.Sprintf("%s-%s-%d", res.LogicalID, status, now.UnixNano())), StackId: &st.ID, StackName: &st.Name, Timestamp: &now,
		LogicalResourceId: &res.LogicalID, PhysicalResourceId: new(physical.PhysicalID), ResourceType: &physical.Type,
		ResourceStatus: status, ResourceStatusReason: optional(reason), ResourceProperties: optional(res.Step.Shown),
		ClientRequestToken: op.Token, OperationId: optional(op.ID),
	}
	return s.db.putEvent(e)
}

// optional is nil for an empty text.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// resourceToken is unique to the operation and the logical id: 13 letters and
// digits, the random part of the names that CloudFormation makes up.
func resourceToken(op Operation, logicalID string) string {
	sum := sha256.Sum256([]byte(op.ID + "/" + logicalID))
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:])[:13]
}

// requestToken is the id of a handler's call, a UUID made of the same.
func requestToken(op Operation, logicalID string) string {
	sum := sha256.Sum256([]byte("request/" + op.ID + "/" + logicalID))
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
