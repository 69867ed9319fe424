package deploy

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// event writes a row about the stack, when id is empty, or about a resource.
func (f *fakeServer) event(s *fakeStack, id, logical, status, reason, token string) {
	f.serial++
	e := types.StackEvent{
		EventId: aws.String(fmt.Sprintf("event-%06d", f.serial)), StackId: s.StackId, StackName: s.StackName,
		Timestamp: aws.Time(time.Now()), LogicalResourceId: &logical, PhysicalResourceId: &id,
		ResourceStatus: types.ResourceStatus(status), ResourceStatusReason: &reason,
	}
	if id == "" {
		e.PhysicalResourceId, e.ResourceType = s.StackId, aws.String("AWS::CloudFormation::Stack")
	} else {
		e.ResourceType = aws.String(mustParse(s.body).Resources[logical].Type)
	}
	if token != "" && !f.silent {
		e.ClientRequestToken = &token
	}
	s.events = append(s.events, e)
}

func (f *fakeServer) set(s *fakeStack, status, reason, token string) {
	s.StackStatus, s.StackStatusReason = types.StackStatus(status), &reason
	f.event(s, "", *s.StackName, status, reason, token)
}

func (f *fakeServer) ExecuteChangeSet(_ context.Context, in *cloudformation.ExecuteChangeSetInput, _ ...func(*cloudformation.Options)) (*cloudformation.ExecuteChangeSetOutput, error) {
	leave, err := f.enter("ExecuteChangeSet")
	if err != nil {
		return nil, err
	}
	defer leave()
	set, err := f.findSet(*in.ChangeSetName)
	if err != nil {
		return nil, err
	}
	s := f.stacks[set.stack]
	if inProgress(s.status()) {
		return nil, invalid("Stack:%s is in %s state and can not be updated.", *s.StackId, s.StackStatus)
	}
	for id, other := range f.sets {
		if other.stack == set.stack {
			delete(f.sets, id)
		}
	}
	creating, verb := s.StackStatus == types.StackStatusReviewInProgress, "UPDATE"
	if creating {
		verb = "CREATE"
	}
	go f.operate(s, set, aws.ToString(in.ClientRequestToken), creating)
	f.set(s, verb+"_IN_PROGRESS", "User Initiated", aws.ToString(in.ClientRequestToken))
	return &cloudformation.ExecuteChangeSetOutput{}, nil
}

// operate creates or updates all resources at the same time, and rolls back when
// one fails.
func (f *fakeServer) operate(s *fakeStack, set *fakeSet, token string, creating bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	verb := "UPDATE"
	if creating {
		verb = "CREATE"
	}
	old := s.body
	s.body = set.body
	failed := false
	for _, id := range resourceIDs(set.body) {
		f.event(s, "id-"+id, id, verb+"_IN_PROGRESS", "", token)
		f.pass(f.takes[id])
		if s.StackStatus == types.StackStatusDeleteInProgress || s.StackStatus == types.StackStatusUpdateRollbackInProgress {
			failed = true
			break
		}
		if reason := f.fails[id]; reason != "" {
			f.event(s, "id-"+id, id, verb+"_FAILED", reason, token)
			failed = true
			break
		}
		f.event(s, "id-"+id, id, verb+"_COMPLETE", "", token)
	}
	switch {
	case s.StackStatus == types.StackStatusDeleteInProgress:
		return
	case !failed:
		f.commit(s, set)
		f.set(s, verb+"_COMPLETE", "", token)
	case creating:
		f.set(s, "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create.", token)
		f.pass(time.Second)
		f.set(s, "ROLLBACK_COMPLETE", "", token)
	default:
		if s.StackStatus != types.StackStatusUpdateRollbackInProgress {
			f.set(s, "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed to update.", token)
		}
		f.pass(time.Second)
		s.body = old
		f.set(s, "UPDATE_ROLLBACK_COMPLETE", "", token)
	}
}

// pass lets time go by for everybody else, too.
func (f *fakeServer) pass(d time.Duration) {
	f.mu.Unlock()
	time.Sleep(d)
	f.mu.Lock()
}

// commit makes the stack what the change set says, and publishes its contract.
func (f *fakeServer) commit(s *fakeStack, set *fakeSet) {
	s.Parameters, s.Tags, s.LastUpdatedTime = set.parameters, set.tags, aws.Time(time.Now())
	t := mustParse(set.body)
	s.Outputs = nil
	for _, key := range union(t.Outputs, nil) {
		var output struct{ Value string }
		if err := json.Unmarshal(t.Outputs[key], &output); err != nil {
			panic(err)
		}
		s.Outputs = append(s.Outputs, types.Output{OutputKey: aws.String(key), OutputValue: &output.Value})
	}
	for _, r := range t.Resources {
		if r.Type == "AWS::SSM::Parameter" {
			f.values[r.Properties["Name"].(string)] = r.Properties["Value"].(string)
		}
	}
}

func (f *fakeServer) DeleteStack(_ context.Context, in *cloudformation.DeleteStackInput, _ ...func(*cloudformation.Options)) (*cloudformation.DeleteStackOutput, error) {
	leave, err := f.enter("DeleteStack")
	if err != nil {
		return nil, err
	}
	defer leave()
	s, err := f.find(*in.StackName)
	if err != nil {
		return &cloudformation.DeleteStackOutput{}, nil
	}
	if s.StackStatus == types.StackStatusReviewInProgress {
		f.set(s, "DELETE_COMPLETE", "", aws.ToString(in.ClientRequestToken))
		return &cloudformation.DeleteStackOutput{}, nil
	}
	token := aws.ToString(in.ClientRequestToken)
	f.set(s, "DELETE_IN_PROGRESS", "User Initiated", token)
	go func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		for _, id := range slices.Backward(resourceIDs(s.body)) {
			f.pass(f.takes[id])
			if reason := f.fails["delete "+id]; reason != "" {
				f.event(s, "id-"+id, id, "DELETE_FAILED", reason, token)
				f.set(s, "DELETE_FAILED", "The following resource(s) failed to delete: ["+id+"].", token)
				return
			}
			f.event(s, "id-"+id, id, "DELETE_COMPLETE", "", token)
		}
		for _, r := range mustParse(s.body).Resources {
			if r.Type == "AWS::SSM::Parameter" {
				delete(f.values, r.Properties["Name"].(string))
			}
		}
		f.set(s, "DELETE_COMPLETE", "", token)
	}()
	return &cloudformation.DeleteStackOutput{}, nil
}

func (f *fakeServer) CancelUpdateStack(_ context.Context, in *cloudformation.CancelUpdateStackInput, _ ...func(*cloudformation.Options)) (*cloudformation.CancelUpdateStackOutput, error) {
	leave, err := f.enter("CancelUpdateStack")
	if err != nil {
		return nil, err
	}
	defer leave()
	s, err := f.find(*in.StackName)
	if err != nil {
		return nil, err
	}
	if s.StackStatus != types.StackStatusUpdateInProgress {
		return nil, invalid("CancelUpdateStack cannot be called from current stack status")
	}
	f.set(s, "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated", aws.ToString(in.ClientRequestToken))
	return &cloudformation.CancelUpdateStackOutput{}, nil
}

func (f *fakeServer) ContinueUpdateRollback(_ context.Context, in *cloudformation.ContinueUpdateRollbackInput, _ ...func(*cloudformation.Options)) (*cloudformation.ContinueUpdateRollbackOutput, error) {
	leave, err := f.enter("ContinueUpdateRollback")
	if err != nil {
		return nil, err
	}
	defer leave()
	s, err := f.find(*in.StackName)
	if err != nil {
		return nil, err
	}
	token := aws.ToString(in.ClientRequestToken)
	f.set(s, "UPDATE_ROLLBACK_IN_PROGRESS", "", token)
	time.AfterFunc(3*time.Second, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if reason := f.fails["rollback"]; reason != "" {
			f.event(s, "id-Redis", resourceIDs(s.body)[0], "UPDATE_FAILED", reason, token)
			f.set(s, "UPDATE_ROLLBACK_FAILED", "The following resource(s) failed to update.", token)
			return
		}
		f.set(s, "UPDATE_ROLLBACK_COMPLETE", "", token)
	})
	return &cloudformation.ContinueUpdateRollbackOutput{}, nil
}

func (f *fakeServer) UpdateTerminationProtection(_ context.Context, in *cloudformation.UpdateTerminationProtectionInput, _ ...func(*cloudformation.Options)) (*cloudformation.UpdateTerminationProtectionOutput, error) {
	leave, err := f.enter("UpdateTerminationProtection")
	if err != nil {
		return nil, err
	}
	defer leave()
	s, err := f.find(*in.StackName)
	if err != nil {
		return nil, err
	}
	s.EnableTerminationProtection = in.EnableTerminationProtection
	return &cloudformation.UpdateTerminationProtectionOutput{}, nil
}

// count says how many calls of an operation there were; all of them without a name.
func (f *fakeServer) count(operation string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, c := range f.calls {
		if strings.HasPrefix(c, operation) {
			n++
		}
	}
	return n
}
