package cloudformation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

// refusedAs holds an error against its code and a part of its message.
func refusedAs(t *testing.T, err error, code, message string) {
	t.Helper()
	if err == nil || oracle.Code(err) != code || !strings.Contains(err.Error(), message) {
		t.Errorf("got %v\nwant %s: %s", err, code, message)
	}
}

const oneThing = `{"Description": "one", "Resources": {"A": {"Type": "Test::Thing", "Properties": {"Size": "1"}}}}`

func TestRequestsAreRefusedInCloudFormationsWords(t *testing.T) {
	b, ctx := newBench(t, 0, Lookups{}), t.Context()
	c := b.client()
	b.deploy("s", oneThing, types.ChangeSetTypeCreate)
	create := func(in cfn.CreateStackInput) error { _, err := c.CreateStack(ctx, &in); return err }
	refusedAs(t, create(cfn.CreateStackInput{StackName: new("s"), TemplateBody: new(oneThing)}), "AlreadyExistsException", "Stack [s] already exists")
	refusedAs(t, create(cfn.CreateStackInput{StackName: new("9"), TemplateBody: new(oneThing)}), "ValidationError", "1 validation error detected: Value '9' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*")
	refusedAs(t, create(cfn.CreateStackInput{StackName: new("t"), TemplateBody: new(oneThing + strings.Repeat(" ", 51_200))}), "ValidationError", "at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200")
	refusedAs(t, create(cfn.CreateStackInput{StackName: new("t")}), "ValidationError", "Either Template URL or Template Body must be specified.")
	refusedAs(t, create(cfn.CreateStackInput{StackName: new("t"), TemplateBody: new(`{"Resources": {"A": {"Type": "AWS::Nothing::New"}}}`)}), "ValidationError", "Template format error: Unrecognized resource types: [AWS::Nothing::New]")
	refusedAs(t, create(cfn.CreateStackInput{StackName: new("t"), TemplateBody: new(`{"Resources": {"A": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r"}}}}`), Capabilities: []types.Capability{"CAPABILITY_IAM"}}), "InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_NAMED_IAM]")
	parameters := `{"Parameters": {"P": {"Type": "String"}}, "Resources": {"A": {"Type": "Test::Slow"}}}`
	refusedAs(t, create(cfn.CreateStackInput{StackName: new("t"), TemplateBody: &parameters}), "ValidationError", "Parameters: [P] must have values")
	refusedAs(t, create(cfn.CreateStackInput{StackName: new("t"), TemplateBody: &parameters, Parameters: []types.Parameter{{ParameterKey: new("Q"), ParameterValue: new("")}}}), "ValidationError", "Parameters: [Q] do not exist in the template")
	_, err := c.DescribeStacks(ctx, &cfn.DescribeStacksInput{StackName: new("none")})
	refusedAs(t, err, "ValidationError", "Stack with id none does not exist")
	if oracle.Status(err) != 400 {
		t.Errorf("status %d", oracle.Status(err))
	}
	_, err = c.UpdateStack(ctx, &cfn.UpdateStackInput{StackName: new("none"), TemplateBody: new(oneThing)})
	refusedAs(t, err, "ValidationError", "Stack [none] does not exist")
	_, err = c.CancelUpdateStack(ctx, &cfn.CancelUpdateStackInput{StackName: new("s")})
	refusedAs(t, err, "ValidationError", "CancelUpdateStack cannot be called from current stack status")
}

func TestTerminationProtectionKeepsTheStack(t *testing.T) {
	b, ctx := newBench(t, 0, Lookups{}), t.Context()
	c := b.client()
	b.deploy("s", oneThing, types.ChangeSetTypeCreate)
	must[*cfn.UpdateTerminationProtectionOutput](t)(c.UpdateTerminationProtection(ctx, &cfn.UpdateTerminationProtectionInput{StackName: new("s"), EnableTerminationProtection: new(true)}))
	_, err := c.DeleteStack(ctx, &cfn.DeleteStackInput{StackName: new("s")})
	refusedAs(t, err, "ValidationError", "Stack [s] cannot be deleted while TerminationProtection is enabled")
	if !*b.describe("s").EnableTerminationProtection {
		t.Error("the protection is not shown")
	}
	must[*cfn.UpdateTerminationProtectionOutput](t)(c.UpdateTerminationProtection(ctx, &cfn.UpdateTerminationProtectionInput{StackName: new("s"), EnableTerminationProtection: new(false)}))
	must[*cfn.DeleteStackOutput](t)(c.DeleteStack(ctx, &cfn.DeleteStackInput{StackName: new("s")}))
}

func TestStackPolicyDecidesUpdates(t *testing.T) {
	b, ctx := newBench(t, 0, Lookups{}), t.Context()
	c := b.client()
	b.deploy("s", twoThings, types.ChangeSetTypeCreate)
	policy := `{"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
		{"Effect": "Deny", "Action": ["Update:Replace", "Update:Delete"], "Principal": "*", "Resource": "LogicalResourceId/A"}]}`
	must[*cfn.SetStackPolicyOutput](t)(c.SetStackPolicy(ctx, &cfn.SetStackPolicyInput{StackName: new("s"), StackPolicyBody: &policy}))
	if got := must[*cfn.GetStackPolicyOutput](t)(c.GetStackPolicy(ctx, &cfn.GetStackPolicyInput{StackName: new("s")})); *got.StackPolicyBody != policy {
		t.Error(*got.StackPolicyBody)
	}
	if st := b.deploy("s", strings.Replace(twoThings, `"1"`, `"2"`, 1), types.ChangeSetTypeUpdate); st.StackStatus != types.StackStatusUpdateComplete {
		t.Errorf("a modification ends %s", st.StackStatus)
	}
	replacing := strings.Replace(twoThings, `"Size": "1"`, `"Kind": "y"`, 1)
	if st := b.deploy("s", replacing, types.ChangeSetTypeUpdate); st.StackStatus != types.StackStatusUpdateRollbackComplete {
		t.Errorf("a replacement ends %s", st.StackStatus)
	}
	denied := "A UPDATE_FAILED Action denied by stack policy: Statement [#2] does not allow [Update:Replace, Update:Delete] for resource [LogicalResourceId/A]"
	if story := strings.Join(b.story("s"), "\n"); !strings.Contains(story, denied) {
		t.Error(story)
	}
	if st := b.deploy("s", `{"Resources": {"C": {"Type": "Test::Thing"}}}`, types.ChangeSetTypeUpdate); st.StackStatus != types.StackStatusUpdateRollbackComplete {
		t.Errorf("a removal ends %s", st.StackStatus)
	}
	must[*cfn.UpdateStackOutput](t)(c.UpdateStack(ctx, &cfn.UpdateStackInput{StackName: new("s"), TemplateBody: &replacing, StackPolicyDuringUpdateBody: new(`{"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}`)}))
	if st := b.settled("s"); st.StackStatus != types.StackStatusUpdateComplete {
		t.Errorf("with a policy for the update it ends %s", st.StackStatus)
	}
	_, err := c.SetStackPolicy(ctx, &cfn.SetStackPolicyInput{StackName: new("s"), StackPolicyBody: new(`{"Statement": [{"Effect": "Maybe"}]}`)})
	refusedAs(t, err, "ValidationError", "Error validating stack policy")
}

func TestExportsHoldStacksTogether(t *testing.T) {
	b, ctx := newBench(t, 0, Lookups{}), t.Context()
	c := b.client()
	exporting := `{"Resources": {"A": {"Type": "Test::Thing", "Properties": {"Size": "1"}}}, "Outputs": {"O": {"Value": {"Fn::GetAtt": "A.Size"}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-size"}}}}}`
	b.deploy("owner", exporting, types.ChangeSetTypeCreate)
	b.deploy("user", `{"Resources": {"A": {"Type": "Test::Thing", "Properties": {"Size": {"Fn::ImportValue": "owner-size"}}}}}`, types.ChangeSetTypeCreate)
	exports := must[*cfn.ListExportsOutput](t)(c.ListExports(ctx, &cfn.ListExportsInput{})).Exports
	if len(exports) != 1 || *exports[0].Name != "owner-size" || *exports[0].Value != "1" {
		t.Errorf("%+v", exports)
	}
	if users := must[*cfn.ListImportsOutput](t)(c.ListImports(ctx, &cfn.ListImportsInput{ExportName: new("owner-size")})).Imports; len(users) != 1 || users[0] != "user" {
		t.Error(users)
	}
	_, err := c.DeleteStack(ctx, &cfn.DeleteStackInput{StackName: new("owner")})
	refusedAs(t, err, "ValidationError", "Export owner-size cannot be deleted as it is in use by user")
	st := b.deploy("owner", strings.Replace(exporting, `"1"`, `"2"`, 1), types.ChangeSetTypeUpdate)
	if st.StackStatus != types.StackStatusUpdateRollbackComplete || b.w.live[b.physical("owner")["A"]]["Size"] != "1" {
		t.Errorf("%s, live %v", st.StackStatus, b.w.live)
	}
	must[*cfn.DeleteStackOutput](t)(c.DeleteStack(ctx, &cfn.DeleteStackInput{StackName: new("user")}))
	b.waitGone("user")
	must[*cfn.DeleteStackOutput](t)(c.DeleteStack(ctx, &cfn.DeleteStackInput{StackName: new("owner")}))
	b.waitGone("owner")
}

func TestDriftComparesWhatCanBeRead(t *testing.T) {
	b, ctx := newBench(t, 0, Lookups{}), t.Context()
	c := b.client()
	b.deploy("s", `{"Resources": {
		"A": {"Type": "Test::Thing", "Properties": {"Size": 1, "Secret": "x", "List": [1, {"K": true}]}},
		"B": {"Type": "Test::Thing"}, "C": {"Type": "Test::Thing", "Properties": {"Size": "3"}}}}`, types.ChangeSetTypeCreate)
	ids := b.physical("s")
	detect := func() (types.StackDriftStatus, int32, map[string]types.StackResourceDrift) {
		id := must[*cfn.DetectStackDriftOutput](t)(c.DetectStackDrift(ctx, &cfn.DetectStackDriftInput{StackName: new("s")})).StackDriftDetectionId
		out := must[*cfn.DescribeStackDriftDetectionStatusOutput](t)(c.DescribeStackDriftDetectionStatus(ctx, &cfn.DescribeStackDriftDetectionStatusInput{StackDriftDetectionId: id}))
		drifts := map[string]types.StackResourceDrift{}
		for _, d := range must[*cfn.DescribeStackResourceDriftsOutput](t)(c.DescribeStackResourceDrifts(ctx, &cfn.DescribeStackResourceDriftsInput{StackName: new("s")})).StackResourceDrifts {
			drifts[*d.LogicalResourceId] = d
		}
		return out.StackDriftStatus, *out.DriftedStackResourceCount, drifts
	}
	b.w.live[ids["A"]] = map[string]any{"Size": "1", "Secret": "changed", "List": []any{"1", map[string]any{"K": "true"}}, "Default": "x"}
	if status, count, _ := detect(); status != types.StackDriftStatusInSync || count != 0 {
		t.Errorf("in sync is %s, %d", status, count)
	}
	b.w.live[ids["A"]] = map[string]any{"Size": "2", "List": []any{1.0}}
	delete(b.w.live, ids["B"])
	delete(b.w.live[ids["C"]], "Size")
	status, count, drifts := detect()
	if status != types.StackDriftStatusDrifted || count != 3 || drifts["B"].StackResourceDriftStatus != types.StackResourceDriftStatusDeleted {
		t.Errorf("%s %d %+v", status, count, drifts["B"])
	}
	var got []string
	for _, d := range append(drifts["A"].PropertyDifferences, drifts["C"].PropertyDifferences...) {
		got = append(got, fmt.Sprintf("%s %s %s>%s", *d.PropertyPath, d.DifferenceType, *d.ExpectedValue, *d.ActualValue))
	}
	if want := `/List/1 REMOVE {"K":true}>null; /Size NOT_EQUAL 1>2; /Size REMOVE 3>null`; strings.Join(got, "; ") != want {
		t.Errorf("got %s\nwant %s", strings.Join(got, "; "), want)
	}
}

func TestListsArePagedAndEventsNewestFirst(t *testing.T) {
	b, ctx := newBench(t, 0, Lookups{}), t.Context()
	c := b.client()
	var parts []string
	for i := range 120 {
		parts = append(parts, fmt.Sprintf(`"R%03d": {"Type": "Test::Slow"}`, i))
	}
	b.deploy("s", `{"Resources": {`+strings.Join(parts, ",")+`}}`, types.ChangeSetTypeCreate)
	seen := map[string]bool{}
	events := cfn.NewDescribeStackEventsPaginator(c, &cfn.DescribeStackEventsInput{StackName: new("s")})
	for previous := (types.StackEvent{}); events.HasMorePages(); {
		page := must[*cfn.DescribeStackEventsOutput](t)(events.NextPage(ctx))
		for _, e := range page.StackEvents {
			if previous.Timestamp != nil && e.Timestamp.After(*previous.Timestamp) {
				t.Fatalf("%s comes after the older %s", *e.EventId, *previous.EventId)
			}
			previous = e
			seen[*e.EventId] = true
		}
	}
	if len(seen) != 3+3*120 {
		t.Errorf("%d events, want %d", len(seen), 3+3*120)
	}
	count := 0
	for pages := cfn.NewListStackResourcesPaginator(c, &cfn.ListStackResourcesInput{StackName: new("s")}); pages.HasMorePages(); {
		count += len(must[*cfn.ListStackResourcesOutput](t)(pages.NextPage(ctx)).StackResourceSummaries)
	}
	if count != 120 {
		t.Errorf("%d resources", count)
	}
	_, err := c.DescribeStackEvents(ctx, &cfn.DescribeStackEventsInput{StackName: new("s"), NextToken: new("forged")})
	refusedAs(t, err, "ValidationError", "NextToken is invalid")
}

func TestOperationsAreFoundByTheirIDs(t *testing.T) {
	b, ctx := newBench(t, 0, Lookups{}), t.Context()
	b.w.fail = refuse("create A", "AccessDenied", "no")
	st := b.deploy("s", oneThing, types.ChangeSetTypeCreate)
	failed := must[*cfn.DescribeEventsOutput](t)(b.client().DescribeEvents(ctx, &cfn.DescribeEventsInput{
		OperationId: st.LastOperations[1].OperationId, Filters: &types.EventFilter{FailedEvents: new(true)},
	}))
	if e := failed.OperationEvents; len(e) != 1 || *e[0].LogicalResourceId != "A" || e[0].EventType != types.EventTypeProvisioningError {
		t.Errorf("%+v", e)
	}
}

func TestTemplatesComeFromS3AndAreTold(t *testing.T) {
	b := newBench(t, 0, Lookups{Object: func(_ context.Context, bucket, key string) ([]byte, error) {
		if bucket != "assets" || key != "t/a b.json" {
			return nil, errors.New("asked for " + bucket + " " + key)
		}
		return []byte(oneThing), nil
	}})
	for _, url := range []string{
		"https://s3.eu-central-1.amazonaws.com/assets/t/a%20b.json", "https://assets.s3.eu-central-1.amazonaws.com/t/a%20b.json",
		"https://assets.s3.amazonaws.com/t/a%20b.json", "http://127.0.0.1:4599/assets/t/a%20b.json", "http://assets.localhost:4599/t/a%20b.json",
	} {
		out, err := b.client().GetTemplateSummary(t.Context(), &cfn.GetTemplateSummaryInput{TemplateURL: &url})
		if err != nil || value(out.Description) != "one" || len(out.ResourceTypes) != 1 {
			t.Errorf("%s: %v", url, err)
		}
	}
	_, err := b.client().ValidateTemplate(t.Context(), &cfn.ValidateTemplateInput{TemplateURL: new("s3://assets/t")})
	refusedAs(t, err, "ValidationError", "TemplateURL must be a supported URL.")
	b.deploy("s", oneThing, types.ChangeSetTypeCreate)
	got := must[*cfn.GetTemplateOutput](t)(b.client().GetTemplate(t.Context(), &cfn.GetTemplateInput{StackName: new("s")}))
	if *got.TemplateBody != oneThing {
		t.Error(*got.TemplateBody)
	}
}

func TestStackTagsReachTheResources(t *testing.T) {
	b := newBench(t, 0, Lookups{})
	st := b.deploy("s", oneThing, types.ChangeSetTypeCreate, func(c *cfn.CreateChangeSetInput, _ *cfn.ExecuteChangeSetInput) {
		c.Tags = []types.Tag{{Key: new("team"), Value: new("ops")}}
	})
	got := b.w.tags[b.physical("s")["A"]]
	want := map[string]string{
		"team": "ops", "aws:cloudformation:stack-name": "s", "aws:cloudformation:stack-id": *st.StackId, "aws:cloudformation:logical-id": "A",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTheSameTokenBeginsNothingTwice(t *testing.T) {
	b, ctx := newBench(t, 0, Lookups{}), t.Context()
	in := &cfn.CreateStackInput{StackName: new("s"), TemplateBody: new(oneThing), ClientRequestToken: new("t-1")}
	first := must[*cfn.CreateStackOutput](t)(b.client().CreateStack(ctx, in))
	again := must[*cfn.CreateStackOutput](t)(b.client().CreateStack(ctx, in))
	if *first.StackId != *again.StackId || value(first.OperationId) != value(again.OperationId) {
		t.Errorf("%+v, %+v", first, again)
	}
	b.settled("s")
	update := &cfn.UpdateStackInput{StackName: new("s"), TemplateBody: new(twoThings), ClientRequestToken: new("t-2")}
	must[*cfn.UpdateStackOutput](t)(b.client().UpdateStack(ctx, update))
	must[*cfn.UpdateStackOutput](t)(b.client().UpdateStack(ctx, update))
}
