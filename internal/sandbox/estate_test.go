package sandbox

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	gateway "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/stacks/assembly"
)

// estate is the six real stacks in a sandbox, driven through CloudFormation's
// operations.
type estate struct {
	*Sandbox
	t       *testing.T
	env     platform.Environment
	bundles []platform.Bundle
	// parameters are given to each stack that has one of the name.
	parameters map[string]string
	changes    int
}

func newEstate(t *testing.T, o Options, tier platform.Tier) *estate {
	t.Helper()
	box, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() }) // a test that closes it looks at the error
	e := &estate{Sandbox: box, t: t, env: platform.Environment{Name: "staging", Tier: tier}, parameters: map[string]string{}}
	for i, f := range platform.Functions {
		e.bundles = append(e.bundles, platform.Bundle{Function: f, Hash: strings.Repeat(fmt.Sprint(i+1), 64)})
	}
	return e
}

// ship puts the functions' zips where the templates look for them.
func (e *estate) ship() {
	e.t.Helper()
	client := awss3.NewFromConfig(e.SDKConfig(), func(o *awss3.Options) { o.UsePathStyle = true })
	bucket := platform.AssetsBucketName(DefaultAccount, DefaultRegion)
	if _, err := client.CreateBucket(e.t.Context(), &awss3.CreateBucketInput{Bucket: &bucket}); err != nil {
		e.t.Fatal(err)
	}
	for _, b := range e.bundles {
		var content bytes.Buffer
		w := zip.NewWriter(&content)
		_, _ = w.Create(platform.LambdaHandler)
		_ = w.Close() // into memory
		if _, err := client.PutObject(e.t.Context(), &awss3.PutObjectInput{Bucket: &bucket, Key: new(b.Key()), Body: bytes.NewReader(content.Bytes())}); err != nil {
			e.t.Fatal(err)
		}
	}
}

func (e *estate) templates() []assembly.Template {
	e.t.Helper()
	templates, err := assembly.Instantiate(e.env, e.bundles, "test")
	if err != nil {
		e.t.Fatal(err)
	}
	return templates
}

// bootstrap does what an account needs before the first deploy: the functions'
// zips, and API Gateway's right to write logs.
func (e *estate) bootstrap() {
	e.t.Helper()
	e.ship()
	role, err := e.IAM.CreateRole(e.t.Context(), &iam.CreateRoleInput{RoleName: new("gateway"), AssumeRolePolicyDocument: new(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)})
	if err != nil {
		e.t.Fatal(err)
	}
	if _, err := e.APIGateway.UpdateAccount(e.t.Context(), &apigateway.UpdateAccountInput{PatchOperations: []gateway.PatchOperation{
		{Op: gateway.OpReplace, Path: new("/cloudwatchRoleArn"), Value: role.Role.Arn},
	}}); err != nil {
		e.t.Fatal(err)
	}
}

// deploy brings all stacks, in their order, to the templates and parameters.
func (e *estate) deploy() {
	e.t.Helper()
	for _, template := range e.templates() {
		st := e.apply(template)
		if !slices.Contains([]types.StackStatus{types.StackStatusCreateComplete, types.StackStatusUpdateComplete}, st.StackStatus) {
			e.t.Fatalf("%s: %s\n%s", template.Name, st.StackStatus, strings.Join(e.failures(template.Name), "\n"))
		}
	}
}

// apply brings one stack to a template and gives what became of it.
func (e *estate) apply(template assembly.Template) types.Stack {
	e.t.Helper()
	if changes := e.plan(template); changes == nil {
		return e.quiet(template.Name)
	}
	if _, err := e.CloudFormation.ExecuteChangeSet(e.t.Context(), &cfn.ExecuteChangeSetInput{StackName: &template.Name, ChangeSetName: e.changeSet()}); err != nil {
		e.t.Fatal(err)
	}
	return e.quiet(template.Name)
}

func (e *estate) changeSet() *string { return new(fmt.Sprintf("change-%d", e.changes)) }

// plan makes a change set and gives its changes as "Logical Action Replacement";
// nil when there are none.
func (e *estate) plan(template assembly.Template) []string {
	e.t.Helper()
	kind := types.ChangeSetTypeUpdate
	if st, ok := e.find(template.Name); !ok || st.StackStatus == types.StackStatusReviewInProgress {
		kind = types.ChangeSetTypeCreate
	}
	e.changes++
	in := &cfn.CreateChangeSetInput{
		StackName: &template.Name, ChangeSetName: e.changeSet(), ChangeSetType: kind, TemplateBody: new(string(template.Body)),
		Capabilities: []types.Capability{types.CapabilityCapabilityNamedIam}, Parameters: e.given(template),
		Tags: []types.Tag{{Key: new("estate"), Value: &e.env.Name}},
	}
	if _, err := e.CloudFormation.CreateChangeSet(e.t.Context(), in); err != nil {
		e.t.Fatal(template.Name, err)
	}
	out, err := e.CloudFormation.DescribeChangeSet(e.t.Context(), &cfn.DescribeChangeSetInput{StackName: in.StackName, ChangeSetName: in.ChangeSetName})
	if err != nil {
		e.t.Fatal(err)
	}
	if out.Status == types.ChangeSetStatusFailed {
		return nil
	}
	changes := []string{}
	for _, c := range out.Changes {
		r := c.ResourceChange
		changes = append(changes, strings.TrimSpace(fmt.Sprintf("%s %s %s", *r.LogicalResourceId, r.Action, r.Replacement)))
	}
	return changes
}

func (e *estate) given(template assembly.Template) []types.Parameter {
	var document struct{ Parameters map[string]any }
	if err := json.Unmarshal(template.Body, &document); err != nil {
		e.t.Fatal(err)
	}
	var given []types.Parameter
	for _, name := range slices.Sorted(maps.Keys(e.parameters)) {
		if _, ok := document.Parameters[name]; ok {
			given = append(given, types.Parameter{ParameterKey: &name, ParameterValue: new(e.parameters[name])})
		}
	}
	return given
}

func (e *estate) find(name string) (types.Stack, bool) {
	out, err := e.CloudFormation.DescribeStacks(context.Background(), &cfn.DescribeStacksInput{StackName: &name})
	if err != nil {
		return types.Stack{}, false
	}
	return out.Stacks[0], true
}

// quiet waits until nothing is under way in a stack, and describes it.
func (e *estate) quiet(name string) types.Stack {
	e.t.Helper()
	for {
		st, ok := e.find(name)
		busy := strings.HasSuffix(string(st.StackStatus), "_IN_PROGRESS") && st.StackStatus != types.StackStatusReviewInProgress
		if !ok || !busy || e.host.State.Err() != nil {
			return st
		}
		time.Sleep(100 * time.Microsecond)
	}
}

// failures are the events that tell of failures, newest first.
func (e *estate) failures(name string) []string {
	out, err := e.CloudFormation.DescribeStackEvents(e.t.Context(), &cfn.DescribeStackEventsInput{StackName: &name})
	if err != nil {
		return []string{err.Error()}
	}
	var lines []string
	for _, event := range out.StackEvents {
		if event.ResourceStatusReason != nil {
			lines = append(lines, fmt.Sprintf("%s %s %s", *event.LogicalResourceId, event.ResourceStatus, *event.ResourceStatusReason))
		}
	}
	return lines
}

// destroy deletes all stacks, the last one first.
func (e *estate) destroy() {
	e.t.Helper()
	for _, template := range slices.Backward(e.templates()) {
		st, ok := e.find(template.Name)
		if !ok {
			continue
		}
		if _, err := e.CloudFormation.DeleteStack(e.t.Context(), &cfn.DeleteStackInput{StackName: st.StackId}); err != nil {
			e.t.Fatal(err)
		}
		if st = e.quiet(*st.StackId); st.StackStatus != types.StackStatusDeleteComplete {
			e.t.Fatalf("%s: %s\n%s", template.Name, st.StackStatus, strings.Join(e.failures(*st.StackId), "\n"))
		}
	}
}
