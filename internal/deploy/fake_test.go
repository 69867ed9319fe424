package deploy

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
)

// fakeServer is CloudFormation with Parameter Store, in memory: what its operations
// take, and which fail, the test decides.
type fakeServer struct {
	mu     sync.Mutex
	stacks map[string]*fakeStack // by ARN, deleted ones too
	sets   map[string]*fakeSet   // by ARN
	values map[string]string     // Parameter Store
	serial int
	calls  []string

	// takes is how long a resource takes, by logical id.
	takes map[string]time.Duration
	// fails is the reason why a resource cannot be created or updated, by logical id.
	fails map[string]string
	// losses are the logical ids that an update replaces.
	losses map[string]bool
	// fault fails a call before it does anything.
	fault func(operation string) error
	// silent servers write no tokens into events.
	silent bool
}

type fakeStack struct {
	types.Stack
	body   string
	events []types.StackEvent // oldest first
}

type fakeSet struct {
	id, name, stack, body string
	status                types.ChangeSetStatus
	reason                string
	parameters            []types.Parameter
	tags                  []types.Tag
	changes               []types.Change
}

func newFake() *fakeServer {
	return &fakeServer{
		stacks: map[string]*fakeStack{}, sets: map[string]*fakeSet{}, values: map[string]string{},
		takes: map[string]time.Duration{}, fails: map[string]string{}, losses: map[string]bool{},
	}
}

func (f *fakeServer) enter(operation string) (leave func(), err error) {
	f.mu.Lock()
	f.calls = append(f.calls, operation)
	if f.fault != nil {
		if err := f.fault(operation); err != nil {
			f.mu.Unlock()
			return nil, err
		}
	}
	return f.mu.Unlock, nil
}

func invalid(format string, args ...any) error {
	return &smithy.GenericAPIError{Code: "ValidationError", Message: fmt.Sprintf(format, args...)}
}

func (f *fakeServer) arn(kind, name string) string {
	f.serial++
	return fmt.Sprintf("arn:aws:cloudformation:eu-west-1:000000000000:%s/%s/%06d", kind, name, f.serial)
}

// find gives the stack of an ARN, or the living one of a name.
func (f *fakeServer) find(nameOrID string) (*fakeStack, error) {
	if s := f.stacks[nameOrID]; s != nil {
		return s, nil
	}
	for _, s := range f.stacks {
		if *s.StackName == nameOrID && s.StackStatus != types.StackStatusDeleteComplete {
			return s, nil
		}
	}
	return nil, invalid("Stack with id %s does not exist", nameOrID)
}

func (f *fakeServer) DescribeStacks(_ context.Context, in *cloudformation.DescribeStacksInput, _ ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error) {
	leave, err := f.enter("DescribeStacks")
	if err != nil {
		return nil, err
	}
	defer leave()
	out := &cloudformation.DescribeStacksOutput{}
	if in.StackName == nil {
		for _, id := range slices.Sorted(maps.Keys(f.stacks)) {
			if f.stacks[id].StackStatus != types.StackStatusDeleteComplete {
				out.Stacks = append(out.Stacks, f.stacks[id].Stack)
			}
		}
		return out, nil
	}
	s, err := f.find(*in.StackName)
	if err != nil {
		return nil, err
	}
	out.Stacks = []types.Stack{s.Stack}
	return out, nil
}

// fakePage is small, so that paging happens.
const fakePage = 4

func (f *fakeServer) DescribeStackEvents(_ context.Context, in *cloudformation.DescribeStackEventsInput, _ ...func(*cloudformation.Options)) (*cloudformation.DescribeStackEventsOutput, error) {
	leave, err := f.enter("DescribeStackEvents")
	if err != nil {
		return nil, err
	}
	defer leave()
	s, err := f.find(*in.StackName)
	if err != nil {
		return nil, err
	}
	newest := slices.Clone(s.events)
	slices.Reverse(newest)
	from := 0
	if in.NextToken != nil {
		after := slices.IndexFunc(newest, func(e types.StackEvent) bool { return *e.EventId == *in.NextToken })
		from = after + 1
	}
	to := min(from+fakePage, len(newest))
	out := &cloudformation.DescribeStackEventsOutput{StackEvents: newest[from:to]}
	if to < len(newest) {
		out.NextToken = newest[to-1].EventId
	}
	return out, nil
}

func (f *fakeServer) ListStackResources(_ context.Context, in *cloudformation.ListStackResourcesInput, _ ...func(*cloudformation.Options)) (*cloudformation.ListStackResourcesOutput, error) {
	leave, err := f.enter("ListStackResources")
	if err != nil {
		return nil, err
	}
	defer leave()
	s, err := f.find(*in.StackName)
	if err != nil {
		return nil, err
	}
	out := &cloudformation.ListStackResourcesOutput{}
	if s.StackStatus == types.StackStatusReviewInProgress {
		return out, nil
	}
	for _, id := range resourceIDs(s.body) {
		out.StackResourceSummaries = append(out.StackResourceSummaries, types.StackResourceSummary{
			LogicalResourceId: aws.String(id), PhysicalResourceId: aws.String(strings.ToLower(id)),
			ResourceType: aws.String(mustParse(s.body).Resources[id].Type), ResourceStatus: types.ResourceStatusCreateComplete,
		})
	}
	return out, nil
}

func (f *fakeServer) GetTemplate(_ context.Context, in *cloudformation.GetTemplateInput, _ ...func(*cloudformation.Options)) (*cloudformation.GetTemplateOutput, error) {
	leave, err := f.enter("GetTemplate")
	if err != nil {
		return nil, err
	}
	defer leave()
	s, err := f.find(*in.StackName)
	if err != nil {
		return nil, err
	}
	return &cloudformation.GetTemplateOutput{TemplateBody: &s.body}, nil
}

func (f *fakeServer) DescribeEvents(context.Context, *cloudformation.DescribeEventsInput, ...func(*cloudformation.Options)) (*cloudformation.DescribeEventsOutput, error) {
	leave, err := f.enter("DescribeEvents")
	if err != nil {
		return nil, err
	}
	defer leave()
	return &cloudformation.DescribeEventsOutput{OperationEvents: []types.OperationEvent{{
		LogicalResourceId: aws.String("Table"), ValidationStatusReason: aws.String("the name is taken."),
	}}}, nil
}

func (f *fakeServer) CreateChangeSet(_ context.Context, in *cloudformation.CreateChangeSetInput, _ ...func(*cloudformation.Options)) (*cloudformation.CreateChangeSetOutput, error) {
	leave, err := f.enter("CreateChangeSet")
	if err != nil {
		return nil, err
	}
	defer leave()
	s, err := f.find(*in.StackName)
	switch {
	case err != nil && in.ChangeSetType == types.ChangeSetTypeUpdate:
		return nil, err
	case err != nil:
		id := f.arn("stack", *in.StackName)
		s = &fakeStack{Stack: types.Stack{StackName: in.StackName, StackId: &id, StackStatus: types.StackStatusReviewInProgress, CreationTime: aws.Time(time.Now())}}
		f.stacks[id] = s
		f.event(s, "", *in.StackName, "REVIEW_IN_PROGRESS", "", "")
	case in.ChangeSetType == types.ChangeSetTypeCreate && s.StackStatus != types.StackStatusReviewInProgress:
		return nil, invalid("Stack [%s] already exists and cannot be created again with the changeSet [%s].", *in.StackName, *in.ChangeSetName)
	case inProgress(s.status()):
		return nil, invalid("Stack:%s is in %s state and can not be updated.", *s.StackId, s.StackStatus)
	case strings.HasPrefix(s.status(), "ROLLBACK"), s.StackStatus == types.StackStatusUpdateRollbackFailed:
		return nil, invalid("Stack:%s is in %s state and can not be updated.", *s.StackId, s.StackStatus)
	}
	set := &fakeSet{id: f.arn("changeSet", *in.ChangeSetName), name: *in.ChangeSetName, stack: *s.StackId, body: *in.TemplateBody, tags: in.Tags, status: types.ChangeSetStatusCreatePending}
	f.sets[set.id] = set
	f.compute(s, set, in.Parameters)
	final := set.status
	set.status = types.ChangeSetStatusCreateInProgress
	time.AfterFunc(200*time.Millisecond, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		set.status = final
	})
	return &cloudformation.CreateChangeSetOutput{Id: &set.id, StackId: s.StackId}, nil
}

func (s *fakeStack) status() string { return string(s.StackStatus) }

// compute resolves the parameters and compares the templates.
func (f *fakeServer) compute(s *fakeStack, set *fakeSet, given []types.Parameter) {
	next := mustParse(set.body)
	set.status = types.ChangeSetStatusCreateComplete
	for _, p := range given {
		if next.Parameters[*p.ParameterKey].resolvesParameter() {
			value, ok := f.values[*p.ParameterValue]
			if !ok {
				set.status, set.reason = types.ChangeSetStatusFailed, "Parameters: ["+*p.ParameterValue+"] cannot be found."
				return
			}
			p.ResolvedValue = &value
		}
		set.parameters = append(set.parameters, p)
	}
	creating := s.StackStatus == types.StackStatusReviewInProgress
	for _, id := range resourceIDs(set.body) {
		change := &types.ResourceChange{Action: types.ChangeActionModify, LogicalResourceId: aws.String(id), ResourceType: aws.String(next.Resources[id].Type)}
		if creating {
			change.Action = types.ChangeActionAdd
		} else if f.losses[id] {
			change.Replacement, change.PolicyAction = types.ReplacementTrue, types.PolicyActionReplaceAndDelete
		}
		set.changes = append(set.changes, types.Change{ResourceChange: change})
	}
	if !creating && set.body == s.body && sameParameters(set.parameters, s.Parameters) {
		set.status = types.ChangeSetStatusFailed
		set.reason = "The submitted information didn't contain changes. Submit different information to create a change set."
	}
}

func sameParameters(a, b []types.Parameter) bool {
	text := func(list []types.Parameter) string {
		var lines []string
		for _, p := range list {
			lines = append(lines, *p.ParameterKey+"="+aws.ToString(p.ParameterValue)+"="+aws.ToString(p.ResolvedValue))
		}
		slices.Sort(lines)
		return strings.Join(lines, "\n")
	}
	return text(a) == text(b)
}

func (f *fakeServer) findSet(nameOrID string) (*fakeSet, error) {
	for id, set := range f.sets {
		if id == nameOrID || set.name == nameOrID {
			return set, nil
		}
	}
	return nil, &smithy.GenericAPIError{Code: "ChangeSetNotFound", Message: "ChangeSet [" + nameOrID + "] does not exist"}
}

func (f *fakeServer) DescribeChangeSet(_ context.Context, in *cloudformation.DescribeChangeSetInput, _ ...func(*cloudformation.Options)) (*cloudformation.DescribeChangeSetOutput, error) {
	leave, err := f.enter("DescribeChangeSet")
	if err != nil {
		return nil, err
	}
	defer leave()
	set, err := f.findSet(*in.ChangeSetName)
	if err != nil {
		return nil, err
	}
	return &cloudformation.DescribeChangeSetOutput{Status: set.status, StatusReason: &set.reason, Changes: set.changes}, nil
}

func (f *fakeServer) DeleteChangeSet(_ context.Context, in *cloudformation.DeleteChangeSetInput, _ ...func(*cloudformation.Options)) (*cloudformation.DeleteChangeSetOutput, error) {
	leave, err := f.enter("DeleteChangeSet")
	if err != nil {
		return nil, err
	}
	defer leave()
	set, err := f.findSet(*in.ChangeSetName)
	if err != nil {
		return nil, err
	}
	delete(f.sets, set.id)
	return &cloudformation.DeleteChangeSetOutput{}, nil
}

func (f *fakeServer) GetParameters(_ context.Context, in *ssm.GetParametersInput, _ ...func(*ssm.Options)) (*ssm.GetParametersOutput, error) {
	leave, err := f.enter("GetParameters")
	if err != nil {
		return nil, err
	}
	defer leave()
	out := &ssm.GetParametersOutput{}
	for _, name := range in.Names {
		if value, ok := f.values[name]; ok {
			out.Parameters = append(out.Parameters, ssmtypes.Parameter{Name: &name, Value: &value})
		}
	}
	return out, nil
}

func mustParse(body string) *template {
	t, err := parseTemplate(body)
	if err != nil {
		panic(err)
	}
	return t
}

func resourceIDs(body string) []string {
	return slices.Sorted(maps.Keys(mustParse(body).Resources))
}

// state is everything that two runs must agree on, as text.
func (f *fakeServer) state() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []string
	for _, s := range f.stacks {
		if s.StackStatus == types.StackStatusDeleteComplete {
			continue
		}
		raw, _ := json.Marshal([]any{s.StackStatus, s.body, s.Parameters, s.Tags, s.Outputs, s.EnableTerminationProtection})
		all = append(all, *s.StackName+" "+string(raw))
	}
	slices.Sort(all)
	raw, _ := json.Marshal(f.values)
	return strings.Join(append(all, string(raw)), "\n")
}
