package deploy

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

func row(stack, logical, status, reason string) types.StackEvent {
	physical := "physical " + logical
	if logical == stack {
		physical = "arn " + stack
	}
	return types.StackEvent{
		StackId: aws.String("arn " + stack), StackName: &stack, LogicalResourceId: &logical, PhysicalResourceId: &physical,
		ResourceType: aws.String("AWS::SQS::Queue"), ResourceStatus: types.ResourceStatus(status), ResourceStatusReason: &reason,
	}
}

func TestRootCauseIsTheOldestFailureOfItsOwn(t *testing.T) {
	live := &liveStack{types.Stack{StackStatus: "ROLLBACK_COMPLETE", StackStatusReason: aws.String("The server fell over.")}}
	for name, c := range map[string]struct {
		events []types.StackEvent
		want   string
	}{
		"the oldest, not the cancelled one": {[]types.StackEvent{
			row("S", "S", "CREATE_IN_PROGRESS", "User Initiated"),
			row("S", "A", "CREATE_FAILED", "Resource creation cancelled"),
			row("S", "B", "CREATE_FAILED", "The name is\n taken."),
			row("S", "C", "CREATE_FAILED", "Later."),
			row("S", "S", "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [A, B, C]."),
		}, "S: B (AWS::SQS::Queue) could not be created: The name is taken"},
		"an update": {[]types.StackEvent{row("S", "B", "UPDATE_FAILED", "No.")}, "S: B (AWS::SQS::Queue) could not be updated: No"},
		"a deletion without a reason": {[]types.StackEvent{row("S", "B", "DELETE_FAILED", "")},
			"S: B (AWS::SQS::Queue) could not be deleted, and the server gave no reason"},
		"only the stack itself says why": {[]types.StackEvent{
			row("S", "S", "CREATE_IN_PROGRESS", "User Initiated"),
			row("S", "S", "ROLLBACK_IN_PROGRESS", "Parameter validation failed."),
		}, "S failed: Parameter validation failed"},
		"only the status": {nil, "S failed: The server fell over"},
	} {
		if got := rootCause(c.events, live).sentence("S"); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	if got := rootCause(nil, nil).sentence("S"); got != "S failed: the server gave no reason" {
		t.Error(got)
	}
}

func TestConditionsAreEvaluatedWhereParametersDecide(t *testing.T) {
	tmpl := mustParse(`{"Conditions": {
		"HasMail": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Mail"}, ""]}]},
		"Both": {"Fn::And": [{"Condition": "HasMail"}, {"Fn::Equals": [{"Ref": "Size"}, 3]}]},
		"Either": {"Fn::Or": [{"Condition": "HasMail"}, {"Fn::Equals": ["a", "a"]}]},
		"Where": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]},
		"Loop": {"Condition": "Loop"}}}`)
	for _, c := range []struct {
		condition, mail, size string
		want                  bool
	}{
		{"", "", "", true}, {"HasMail", "", "", false}, {"HasMail", "x", "", true},
		{"Both", "x", "3", true}, {"Both", "x", "4", false}, {"Both", "", "3", false},
		{"Either", "", "", true},
		{"Where", "", "", true}, {"Loop", "", "", true}, {"Missing", "", "", true},
	} {
		if got := tmpl.holds(c.condition, map[string]string{"Mail": c.mail, "Size": c.size}); got != c.want {
			t.Errorf("%+v: got %v", c, got)
		}
	}
}

// Role 12 s, then the function 25 s that names it, then 4 s of what depends on it;
// the table's 30 s run beside.
func TestLongestChainFollowsReferences(t *testing.T) {
	tmpl := mustParse(`{"Resources": {
		"Role": {"Type": "AWS::IAM::Role"},
		"Function": {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::GetAtt": ["Role", "Arn"]}}},
		"Other": {"Type": "Test::Other", "DependsOn": ["Function"], "Properties": {"A": {"Fn::Sub": "${AWS::Region}-${Role.Arn}-${}"}}},
		"Table": {"Type": "AWS::DynamoDB::Table", "DependsOn": "Table"}}}`)
	if got := tmpl.longestChain(); got != 12+25+4 {
		t.Errorf("%v seconds", got)
	}
}

func TestPollsAddLittleAndKeepInBounds(t *testing.T) {
	for _, loopback := range []bool{true, false} {
		p := paceFor(loopback)
		for elapsed := time.Duration(0); elapsed < 3*time.Hour; elapsed += 7 * time.Second {
			got := p.interval(elapsed)
			if got < p.least || got > 4*time.Second || got > p.least && got > elapsed/50 {
				t.Errorf("%s after %s", got, elapsed)
			}
		}
	}
}

func TestBackoffIsJitteredAndBounded(t *testing.T) {
	d := New(Clients{}, Settings{Random: rand.NewChaCha8([32]byte{1})})
	seen := map[time.Duration]bool{}
	for n := range 100 {
		got := d.backoff(n)
		if ceiling := min(32*time.Second, 4*time.Second<<min(n, 5)); got < time.Second || got > ceiling {
			t.Errorf("%s at the %dth", got, n)
		}
		seen[got] = true
	}
	if len(seen) < 90 {
		t.Errorf("only %d different times in 100", len(seen))
	}
}

func TestDetailsOfOnePropertyBecomeOneChange(t *testing.T) {
	detail := func(path, before, after string, evaluation types.EvaluationType, recreate types.RequiresRecreation) types.ResourceChangeDetail {
		d := types.ResourceChangeDetail{Evaluation: evaluation, Target: &types.ResourceTargetDefinition{
			Attribute: types.ResourceAttributeProperties, Name: aws.String("Name"), Path: &path, RequiresRecreation: recreate,
		}}
		if after != "" {
			d.Target.BeforeValue, d.Target.AfterValue = &before, &after
		}
		return d
	}
	got := propertyChanges([]types.ResourceChangeDetail{
		detail("/Properties/Name", "", "", types.EvaluationTypeDynamic, types.RequiresRecreationAlways),
		detail("/Properties/Name", "a", "b", types.EvaluationTypeStatic, types.RequiresRecreationNever),
		detail("/Properties/Role", "", "", types.EvaluationTypeDynamic, types.RequiresRecreationNever),
		{},
	})
	want := []PropertyChange{
		{Path: "/Properties/Name", Before: "a", After: "b", Replaces: true},
		{Path: "/Properties/Role", KnownAfterApply: true},
	}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %+v", got)
	}
}

func TestLossIsReplacementOrDeletionOfWhatHoldsData(t *testing.T) {
	for name, c := range map[string]struct {
		change types.ResourceChange
		want   bool
	}{
		"a table replaced":           {types.ResourceChange{ResourceType: aws.String("AWS::DynamoDB::Table"), Action: "Modify", Replacement: "True"}, true},
		"a cache perhaps replaced":   {types.ResourceChange{ResourceType: aws.String("AWS::ElastiCache::ReplicationGroup"), Action: "Modify", Replacement: "Conditional"}, true},
		"a bucket deleted":           {types.ResourceChange{ResourceType: aws.String("AWS::S3::Bucket"), Action: "Remove", PolicyAction: "Delete"}, true},
		"a bucket that stays":        {types.ResourceChange{ResourceType: aws.String("AWS::S3::Bucket"), Action: "Remove", PolicyAction: "Retain"}, false},
		"a retained secret replaced": {types.ResourceChange{ResourceType: aws.String("AWS::SecretsManager::Secret"), Action: "Modify", Replacement: "True", PolicyAction: "ReplaceAndRetain"}, true},
		"a queue modified":           {types.ResourceChange{ResourceType: aws.String("AWS::SQS::Queue"), Action: "Modify", Replacement: "False"}, false},
		"a function replaced":        {types.ResourceChange{ResourceType: aws.String("AWS::Lambda::Function"), Action: "Modify", Replacement: "True"}, false},
		"a table that is new":        {types.ResourceChange{ResourceType: aws.String("AWS::DynamoDB::Table"), Action: "Add"}, false},
	} {
		if got := resourceChange(&c.change).Loss; got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
