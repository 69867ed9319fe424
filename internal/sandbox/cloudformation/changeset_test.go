package cloudformation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

// client reaches the service over the wire, as keyvex does.
func (b *bench) client() *cfn.Client { return cfn.NewFromConfig(oracle.Config(b.Wire())) }

// plan makes a change set over the wire and describes it, with values or without.
func (b *bench) plan(name, body string, values bool, parameters ...types.Parameter) *cfn.DescribeChangeSetOutput {
	b.t.Helper()
	b.w.made++
	c, set := b.client(), fmt.Sprintf("p%d", b.w.made)
	_, err := c.CreateChangeSet(b.t.Context(), &cfn.CreateChangeSetInput{StackName: &name, ChangeSetName: &set, TemplateBody: &body, Parameters: parameters})
	if err != nil {
		b.t.Fatal(err)
	}
	out, err := c.DescribeChangeSet(b.t.Context(), &cfn.DescribeChangeSetInput{StackName: &name, ChangeSetName: &set, IncludePropertyValues: &values})
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// line is a change in one line: action, logical id, replacement, scope, and the
// details' cause.
func line(c types.Change) string {
	r := c.ResourceChange
	parts := []string{string(r.Action), *r.LogicalResourceId, string(r.Replacement), string(r.PolicyAction)}
	for _, d := range r.Details {
		parts = append(parts, fmt.Sprintf("[%s %s %s %s %s %s %s>%s]", d.Target.Attribute, value(d.Target.Name), d.Target.RequiresRecreation,
			d.Evaluation, d.ChangeSource, value(d.CausingEntity), value(d.Target.BeforeValue), value(d.Target.AfterValue)))
	}
	return strings.Join(parts, " ")
}

func lines(out *cfn.DescribeChangeSetOutput) (list []string) {
	for _, c := range out.Changes {
		list = append(list, line(c))
	}
	return list
}

const planned = `{"Parameters": {"Size": {"Type": "String", "Default": "1"}, "Pass": {"Type": "String", "Default": "secret", "NoEcho": true}},
"Resources": {
	"A": {"Type": "Test::Thing", "Properties": {"Size": {"Ref": "Size"}, "Kind": "x"}},
	"B": {"Type": "Test::Thing", "Properties": {"Needs": {"Fn::GetAtt": ["A", "Arn"]}, "Secret": {"Ref": "Pass"}}},
	"C": {"Type": "Test::Thing", "Properties": {"Kind": {"Ref": "A"}}},
	"D": {"Type": "Test::Thing", "DeletionPolicy": "Retain"}
}}`

func TestChangeSetTellsWhatChangesAndWhy(t *testing.T) {
	b := newBench(t, 0, Lookups{})
	b.deploy("s", planned, types.ChangeSetTypeCreate)
	a := b.physical("s")["A"]
	for name, c := range map[string]struct {
		body          string
		parameters    []types.Parameter
		plain, valued []string
	}{
		"a parameter": {
			planned, []types.Parameter{{ParameterKey: new("Size"), ParameterValue: new("2")}},
			[]string{
				"Modify A False  [Properties Size Never Static ParameterReference Size >]",
				"Modify B False  [Properties Needs Never Dynamic ResourceAttribute A.Arn >]",
			},
			[]string{"Modify A False  [Properties Size Never Static ParameterReference Size 1>2]"},
		},
		"a replacement": {
			strings.Replace(planned, `"Kind": "x"`, `"Kind": "y"`, 1), nil,
			[]string{
				"Modify A True ReplaceAndDelete [Properties Kind Always Static DirectModification  >]",
				"Modify B False  [Properties Needs Never Dynamic ResourceAttribute A.Arn >]",
				"Modify C True ReplaceAndDelete [Properties Kind Always Static ResourceReference A >]",
			},
			[]string{
				"Modify A True ReplaceAndDelete [Properties Kind Always Static DirectModification  x>y]",
				"Modify B False  [Properties Needs Never Dynamic ResourceAttribute A.Arn arn:thing/" + a + ">{{changeSet:KNOWN_AFTER_APPLY}}]",
				"Modify C True ReplaceAndDelete [Properties Kind Always Static ResourceReference A " + a + ">{{changeSet:KNOWN_AFTER_APPLY}}]",
			},
		},
		"a secret parameter": {
			planned, []types.Parameter{{ParameterKey: new("Pass"), ParameterValue: new("hunter2")}},
			[]string{"Modify B False  [Properties Secret Never Static ParameterReference Pass >]"},
			nil,
		},
		"removal and addition": {
			strings.Replace(planned, `"D":`, `"E":`, 1), nil,
			[]string{"Remove D  Retain", "Add E  "}, []string{"Remove D  Retain", "Add E  "},
		},
		"metadata": {
			strings.Replace(planned, `"DeletionPolicy": "Retain"`, `"DeletionPolicy": "Retain", "Metadata": {"a": 1}`, 1), nil,
			[]string{"Modify D False  [Metadata  Never Static DirectModification  >]"},
			[]string{`Modify D False  [Metadata  Never Static DirectModification  >{"a":1}]`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := lines(b.plan("s", c.body, false, c.parameters...)); !slices.Equal(got, c.plain) {
				t.Errorf("without values\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.plain, "\n"))
			}
			out := b.plan("s", c.body, true, c.parameters...)
			if got := lines(out); !slices.Equal(got, c.valued) {
				t.Errorf("with values\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.valued, "\n"))
			}
			for _, change := range out.Changes {
				if r := change.ResourceChange; strings.Contains(value(r.BeforeContext)+value(r.AfterContext), "secret\"") {
					t.Errorf("a NoEcho parameter is shown: %s %s", value(r.BeforeContext), value(r.AfterContext))
				}
			}
		})
	}
}

func TestEmptyChangeSetFailsWithItsReason(t *testing.T) {
	b := newBench(t, 0, Lookups{})
	b.deploy("s", planned, types.ChangeSetTypeCreate)
	out := b.plan("s", planned, false)
	if out.Status != types.ChangeSetStatusFailed || out.ExecutionStatus != types.ExecutionStatusUnavailable || *out.StatusReason != noChanges {
		t.Errorf("%s %s %s", out.Status, out.ExecutionStatus, value(out.StatusReason))
	}
	_, err := b.client().ExecuteChangeSet(t.Context(), &cfn.ExecuteChangeSetInput{ChangeSetName: out.ChangeSetId})
	if e, ok := errors.AsType[*types.InvalidChangeSetStatusException](err); !ok || !strings.HasSuffix(*e.Message, "cannot be executed in its current status of [FAILED]") {
		t.Error(err)
	}
	_, err = b.client().UpdateStack(t.Context(), &cfn.UpdateStackInput{StackName: new("s"), TemplateBody: new(planned)})
	if err == nil || !strings.Contains(err.Error(), "ValidationError: No updates are to be performed.") {
		t.Error(err)
	}
}

func TestOutputsTagsAndParametersAreChangesToo(t *testing.T) {
	b := newBench(t, 0, Lookups{})
	body := `{"Parameters": {"P": {"Type": "String", "Default": "1"}}, "Resources": {"A": {"Type": "Test::Slow"}}}`
	b.deploy("s", body, types.ChangeSetTypeCreate)
	out := b.plan("s", strings.Replace(body, `"Resources"`, `"Outputs": {"O": {"Value": "v"}}, "Resources"`, 1), false)
	if out.Status != types.ChangeSetStatusCreateComplete || len(out.Changes) != 0 {
		t.Errorf("an output: %s %s", out.Status, value(out.StatusReason))
	}
	if out = b.plan("s", body, false, types.Parameter{ParameterKey: new("P"), ParameterValue: new("2")}); out.Status != types.ChangeSetStatusCreateComplete {
		t.Errorf("a parameter: %s", out.Status)
	}
	tag := func(c *cfn.CreateChangeSetInput, _ *cfn.ExecuteChangeSetInput) {
		c.Tags = []types.Tag{{Key: new("a"), Value: new("b")}}
	}
	if st := b.deploy("s", body, types.ChangeSetTypeUpdate, tag); st.StackStatus != types.StackStatusUpdateComplete || len(st.Tags) != 1 {
		t.Errorf("a tag: %s %v", st.StackStatus, st.Tags)
	}
}

func TestChangeSetIsExecutedOnceAndObsoletesTheOthers(t *testing.T) {
	b, ctx := newBench(t, 0, Lookups{}), t.Context()
	c := b.client()
	for _, name := range []string{"one", "two"} {
		must[*cfn.CreateChangeSetOutput](t)(c.CreateChangeSet(ctx, &cfn.CreateChangeSetInput{StackName: new("s"), ChangeSetName: &name, TemplateBody: new(twoThings), ChangeSetType: "CREATE"}))
	}
	if st := b.describe("s"); st.StackStatus != types.StackStatusReviewInProgress {
		t.Fatal(st.StackStatus)
	}
	must[*cfn.ExecuteChangeSetOutput](t)(c.ExecuteChangeSet(ctx, &cfn.ExecuteChangeSetInput{StackName: new("s"), ChangeSetName: new("one"), ClientRequestToken: new("run-1")}))
	must[*cfn.ExecuteChangeSetOutput](t)(c.ExecuteChangeSet(ctx, &cfn.ExecuteChangeSetInput{StackName: new("s"), ChangeSetName: new("one"), ClientRequestToken: new("run-1")}))
	b.settled("s")
	list := must[*cfn.ListChangeSetsOutput](t)(c.ListChangeSets(ctx, &cfn.ListChangeSetsInput{StackName: new("s")}))
	got := map[string]types.ExecutionStatus{}
	for _, s := range list.Summaries {
		got[*s.ChangeSetName] = s.ExecutionStatus
	}
	if got["one"] != types.ExecutionStatusExecuteComplete || got["two"] != types.ExecutionStatusObsolete {
		t.Error(got)
	}
	for _, name := range []string{"one", "two"} {
		_, err := c.ExecuteChangeSet(ctx, &cfn.ExecuteChangeSetInput{StackName: new("s"), ChangeSetName: &name})
		if _, ok := errors.AsType[*types.InvalidChangeSetStatusException](err); !ok {
			t.Errorf("%s again: %v", name, err)
		}
	}
	events := must[*cfn.DescribeStackEventsOutput](t)(c.DescribeStackEvents(ctx, &cfn.DescribeStackEventsInput{StackName: new("s")}))
	for _, e := range events.StackEvents {
		if e.ResourceStatus != types.ResourceStatus(types.StackStatusReviewInProgress) && value(e.ClientRequestToken) != "run-1" {
			t.Errorf("%s %s has the token %q", *e.LogicalResourceId, e.ResourceStatus, value(e.ClientRequestToken))
		}
	}
	_, err := c.DescribeChangeSet(ctx, &cfn.DescribeChangeSetInput{StackName: new("s"), ChangeSetName: new("three")})
	if e, ok := errors.AsType[*types.ChangeSetNotFoundException](err); !ok || *e.Message != "ChangeSet [three] does not exist" || oracle.Status(err) != 404 {
		t.Error(err)
	}
	must[*cfn.DeleteChangeSetOutput](t)(c.DeleteChangeSet(ctx, &cfn.DeleteChangeSetInput{StackName: new("s"), ChangeSetName: new("three")}))
	_, err = c.CreateChangeSet(ctx, &cfn.CreateChangeSetInput{StackName: new("s"), ChangeSetName: new("four"), TemplateBody: new(twoThings), ChangeSetType: "CREATE"})
	if err == nil || !strings.Contains(err.Error(), "Stack [s] already exists and cannot be created again with the changeSet [four].") {
		t.Error(err)
	}
}

func TestRetainedResourcesAreAdoptedByTheirNames(t *testing.T) {
	b := newBench(t, 0, Lookups{})
	body := `{"Resources": {"A": {"Type": "Test::Thing", "DeletionPolicy": "RetainExceptOnCreate", "Properties": {"Name": "n", "Size": "1"}},
		"B": {"Type": "Test::Thing", "Properties": {"Needs": {"Fn::GetAtt": "A.Arn"}}}}}`
	b.deploy("s", body, types.ChangeSetTypeCreate)
	must[*cfn.DeleteStackOutput](t)(b.DeleteStack(t.Context(), &cfn.DeleteStackInput{StackName: new("s")}))
	for {
		if _, err := b.DescribeStacks(t.Context(), &cfn.DescribeStacksInput{StackName: new("s")}); err != nil {
			break
		}
	}
	if len(b.w.live) != 1 {
		t.Fatalf("live %v, want only n", b.w.live)
	}
	body = strings.Replace(body, `"1"`, `"2"`, 1)
	adopt := func(c *cfn.CreateChangeSetInput, _ *cfn.ExecuteChangeSetInput) { c.ImportExistingResources = new(true) }
	b.w.fail = refuse("create B", "InternalFailure", "no")
	if st := b.deploy("s", body, types.ChangeSetTypeCreate, adopt); st.StackStatus != types.StackStatusRollbackComplete || b.w.live["n"] == nil {
		t.Fatalf("%s: a failed adoption left %v", st.StackStatus, b.w.live)
	}
	b.w.fail = nil
	must[*cfn.DeleteStackOutput](t)(b.DeleteStack(t.Context(), &cfn.DeleteStackInput{StackName: new("s")}))
	b.waitGone("s")
	st := b.deploy("s", body, types.ChangeSetTypeCreate, adopt)
	if st.StackStatus != types.StackStatusCreateComplete || b.w.live["n"]["Size"] != "2" || len(b.w.live) != 2 {
		t.Fatalf("%s %s, live %v", st.StackStatus, value(st.StackStatusReason), b.w.live)
	}
	b.expectStory("s", 2,
		"A IMPORT_IN_PROGRESS Resource import started.",
		"A IMPORT_COMPLETE Resource import completed.",
		"A UPDATE_IN_PROGRESS Apply stack-level tags to imported resource if applicable.",
		"A UPDATE_COMPLETE",
		"B CREATE_IN_PROGRESS", "B CREATE_IN_PROGRESS Resource creation Initiated", "B CREATE_COMPLETE",
		"s CREATE_COMPLETE")
	if out := b.plan("s", body, false); out.Status != types.ChangeSetStatusFailed {
		t.Errorf("the adopted stack differs from its template: %v", lines(out))
	}
}

func (b *bench) waitGone(name string) {
	for {
		if _, err := b.DescribeStacks(b.t.Context(), &cfn.DescribeStacksInput{StackName: &name}); err != nil {
			return
		}
	}
}

func TestStoredParametersAreResolvedComparedAndMissed(t *testing.T) {
	stored := map[string]string{}
	b := newBench(t, 0, Lookups{Parameter: func(_ context.Context, name string, _ int64) (string, bool) {
		v, ok := stored[name]
		return v, ok
	}})
	body := `{"Parameters": {"Url": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/k/url"}},
		"Resources": {"A": {"Type": "Test::Thing", "Properties": {"Size": {"Ref": "Url"}}}}}`
	_, err := b.client().CreateChangeSet(t.Context(), &cfn.CreateChangeSetInput{StackName: new("s"), ChangeSetName: new("c"), TemplateBody: &body, ChangeSetType: "CREATE"})
	if err == nil || !strings.Contains(err.Error(), "ValidationError: Unable to fetch parameters [/k/url] from parameter store for this account.") {
		t.Error(err)
	}
	stored["/k/url"] = "wss://one"
	st := b.deploy("s", body, types.ChangeSetTypeCreate)
	if p := st.Parameters[0]; *p.ParameterValue != "/k/url" || *p.ResolvedValue != "wss://one" {
		t.Errorf("%+v", p)
	}
	if out := b.plan("s", body, false); out.Status != types.ChangeSetStatusFailed {
		t.Errorf("unchanged is %s", out.Status)
	}
	stored["/k/url"] = "wss://two"
	want := []string{"Modify A False  [Properties Size Never Static ParameterReference Url wss://one>wss://two]"}
	if got := lines(b.plan("s", body, true)); !slices.Equal(got, want) {
		t.Error(got)
	}
}

func TestSecretsAreResolvedLateAndShownNowhere(t *testing.T) {
	b := newBench(t, 0, Lookups{Secret: func(_ context.Context, id, stage, version string) (string, error) {
		if id != "keyvex/database" || stage != "AWSCURRENT" || version != "" {
			return "", fmt.Errorf("asked for %s %s %s", id, stage, version)
		}
		return `{"token": "hunter2"}`, nil
	}})
	st := b.deploy("s", `{"Resources": {"A": {"Type": "Test::Thing", "Properties": {
		"Secret": "{{resolve:secretsmanager:keyvex/database:SecretString:token:AWSCURRENT}}"}}}}`, types.ChangeSetTypeCreate)
	if st.StackStatus != types.StackStatusCreateComplete || b.w.live[b.physical("s")["A"]]["Secret"] != "hunter2" {
		t.Fatalf("%s %v", st.StackStatus, b.w.live)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, res := range b.db.resources.of(*st.StackId) {
		if strings.Contains(fmt.Sprintf("%+v", res), "hunter2") {
			t.Errorf("the record holds the secret: %+v", res)
		}
	}
	for _, e := range b.db.events.of(*st.StackId) {
		if strings.Contains(value(e.ResourceProperties)+value(e.ResourceStatusReason), "hunter2") {
			t.Error("an event shows the secret")
		}
	}
}
