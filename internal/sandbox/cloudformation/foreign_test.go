package cloudformation

import (
	"context"
	"fmt"
	"strings"
	"testing"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// TestTheAWSCommandLineDeploys drives a stack's whole life by the aws CLI, whose
// waiters and deploy command know CloudFormation's answers by heart.
func TestTheAWSCommandLineDeploys(t *testing.T) {
	b := newBench(t, 0, Lookups{})
	run := func(arguments ...string) (map[string]any, error) {
		return oracle.AWS(t, b.Wire(), append([]string{"cloudformation"}, arguments...)...)
	}
	ok := func(arguments ...string) map[string]any {
		t.Helper()
		answer, err := run(arguments...)
		if err != nil {
			t.Fatalf("%v: %v", arguments, err)
		}
		return answer
	}
	ok("create-change-set", "--stack-name", "s", "--change-set-name", "c", "--change-set-type", "CREATE", "--template-body", twoThings, "--tags", "Key=a,Value=b")
	ok("wait", "change-set-create-complete", "--stack-name", "s", "--change-set-name", "c")
	changes := ok("describe-change-set", "--stack-name", "s", "--change-set-name", "c")["Changes"].([]any)
	if len(changes) != 2 {
		t.Errorf("changes %v", changes)
	}
	ok("execute-change-set", "--stack-name", "s", "--change-set-name", "c")
	ok("wait", "stack-create-complete", "--stack-name", "s")
	stack := ok("describe-stacks", "--stack-name", "s")["Stacks"].([]any)[0].(map[string]any)
	if stack["StackStatus"] != "CREATE_COMPLETE" || fmt.Sprint(stack["Tags"]) != "[map[Key:a Value:b]]" {
		t.Errorf("%v", stack)
	}
	if list := ok("list-stack-resources", "--stack-name", "s")["StackResourceSummaries"].([]any); len(list) != 2 {
		t.Errorf("resources %v", list)
	}
	if body := ok("get-template", "--stack-name", "s")["TemplateBody"].(map[string]any); body["Resources"] == nil {
		t.Errorf("template %v", body)
	}
	_, err := run("update-stack", "--stack-name", "s", "--template-body", twoThings, "--tags", "Key=a,Value=b")
	if err == nil || !strings.Contains(err.Error(), "An error occurred (ValidationError) when calling the UpdateStack operation: No updates are to be performed.") {
		t.Error(err)
	}
	_, err = run("describe-change-set", "--stack-name", "s", "--change-set-name", "none")
	if err == nil || !strings.Contains(err.Error(), "(ChangeSetNotFound) when calling the DescribeChangeSet operation: ChangeSet [none] does not exist") {
		t.Error(err)
	}
	_, err = run("create-stack", "--stack-name", "r", "--template-body", `{"Resources": {"A": {"Type": "AWS::IAM::Role"}}}`)
	if err == nil || !strings.Contains(err.Error(), "(InsufficientCapabilitiesException) when calling the CreateStack operation: Requires capabilities : [CAPABILITY_IAM]") {
		t.Error(err)
	}
	ok("delete-stack", "--stack-name", "s")
	ok("wait", "stack-delete-complete", "--stack-name", "s")
}

// TestIntrinsicsAgreeWithMoto evaluates outputs in two CloudFormations, of which
// moto's is not ours. What moto 5 gets wrong is left out: defaults of lists, the
// short form of Condition.
func TestIntrinsicsAgreeWithMoto(t *testing.T) {
	const body = `
Parameters:
  Env: {Type: String, Default: prod}
  List: {Type: CommaDelimitedList}
Mappings: {M: {prod: {Size: large, Zones: [x, y]}, dev: {Size: small}}}
Conditions:
  Prod: !Equals [!Ref Env, prod]
  Dev: !Not [Condition: Prod]
  Both: !And [Condition: Prod, Condition: Dev]
  Either: !Or [Condition: Prod, Condition: Dev]
Resources: {Q: {Type: AWS::SNS::Topic, Properties: {TopicName: moto-topic}}}
Outputs:
  Join: {Value: !Join ["-", [a, !Ref Env, !Ref "AWS::Region"]]}
  JoinList: {Value: !Join ["|", !Ref List]}
  Select: {Value: !Select ["1", !Ref List]}
  Split: {Value: !Select [2, !Split [".", "a.b.c"]]}
  Sub: {Value: !Sub "arn:${AWS::Partition}:x:${AWS::Region}:${AWS::AccountId}:${Env}"}
  SubMap: {Value: !Sub ["${A}/${Env}", {A: !Select [0, !Ref List]}]}
  Map: {Value: !FindInMap [M, !Ref Env, Size]}
  MapList: {Value: !Select [1, !FindInMap [M, prod, Zones]]}
  If: {Value: !If [Prod, "yes", "no"]}
  IfDev: {Value: !If [Dev, "1", "2"]}
  OnlyDev: {Condition: Dev, Value: x}
  OnlyBoth: {Condition: Both, Value: x}
  OnlyEither: {Condition: Either, Value: x}
  Base64: {Value: !Base64 hello}
  Ref: {Value: !Ref Q}
  Name: {Value: !GetAtt Q.TopicName}
  Suffix: {Value: !Ref "AWS::URLSuffix"}
  StackName: {Value: !Ref "AWS::StackName"}
`
	theirs := cfn.NewFromConfig(oracle.Moto(t))
	h := oracle.Host()
	w := newWorld(h.State)
	topic := w.types()[0]
	topic.Name, topic.NameProperty, topic.Find = "AWS::SNS::Topic", "", nil
	topic.Create = topicCreate
	s := New(h, 0, append(w.types(), topic), Lookups{})
	t.Cleanup(s.Close)
	b := &bench{Service: s, t: t, w: w}
	for _, env := range []string{"prod", "dev"} {
		in := &cfn.CreateStackInput{StackName: new("s-" + env), TemplateBody: new(body), Parameters: []types.Parameter{{ParameterKey: new("Env"), ParameterValue: &env}, {ParameterKey: new("List"), ParameterValue: new("a,b,c")}}}
		must[*cfn.CreateStackOutput](t)(theirs.CreateStack(t.Context(), in))
		must[*cfn.CreateStackOutput](t)(b.client().CreateStack(t.Context(), in))
		want := must[*cfn.DescribeStacksOutput](t)(theirs.DescribeStacks(t.Context(), &cfn.DescribeStacksInput{StackName: in.StackName})).Stacks[0]
		got := b.settled(*in.StackName)
		if g, w := outputsOf(got), outputsOf(want); g != w {
			t.Errorf("%s\ngot  %s\nmoto %s", env, g, w)
		}
	}
}

// topicCreate gives a topic the ARN that SNS would.
func topicCreate(_ context.Context, r resource.Request) (resource.Result, error) {
	name := r.Properties["TopicName"].(string)
	return resource.Result{
		PhysicalID: "arn:aws:sns:" + oracle.Region + ":" + oracle.Account + ":" + name,
		Attributes: map[string]any{"TopicName": name},
	}, nil
}

func outputsOf(st types.Stack) string {
	outputs := map[string]string{}
	for _, o := range st.Outputs {
		outputs[*o.OutputKey] = *o.OutputValue
	}
	return fmt.Sprint(outputs)
}
