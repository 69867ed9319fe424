package cloudformation

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

const twoThings = `{"Resources": {
	"A": {"Type": "Test::Thing", "Properties": {"Size": "1"}},
	"B": {"Type": "Test::Thing", "Properties": {"Needs": {"Fn::GetAtt": ["A", "Arn"]}}}
}, "Outputs": {"Arn": {"Value": {"Fn::GetAtt": "B.Arn"}}}}`

func TestCreationTellsItsStory(t *testing.T) {
	b := newBench(t, 0, Lookups{})
	st := b.deploy("s", twoThings, types.ChangeSetTypeCreate)
	want := []string{
		"s REVIEW_IN_PROGRESS User Initiated",
		"s CREATE_IN_PROGRESS User Initiated",
		"A CREATE_IN_PROGRESS",
		"A CREATE_IN_PROGRESS Resource creation Initiated",
		"A CREATE_COMPLETE",
		"B CREATE_IN_PROGRESS",
		"B CREATE_IN_PROGRESS Resource creation Initiated",
		"B CREATE_COMPLETE",
		"s CREATE_COMPLETE",
	}
	if got := b.story("s"); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(st.Outputs) != 1 || !strings.HasPrefix(*st.Outputs[0].OutputValue, "arn:thing/s-B-") {
		t.Errorf("outputs %v", st.Outputs)
	}
}

func TestMakespanIsTheCriticalPath(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 1, Lookups{})
		start := time.Now()
		// A (10 s) then B (10 s), beside Slow (60 s) then C (10 s): 70 s.
		st := b.deploy("s", strings.Replace(twoThings, `"B":`, `"S": {"Type": "Test::Slow"},
			"C": {"Type": "Test::Thing", "DependsOn": "S"}, "B":`, 1), types.ChangeSetTypeCreate)
		if st.StackStatus != types.StackStatusCreateComplete {
			t.Fatal(st.StackStatus, *st.StackStatusReason)
		}
		if took := time.Since(start).Round(time.Second); took != 70*time.Second {
			t.Errorf("took %s, want 70s", took)
		}
	})
}

func TestDeletionForgetsTheNameAndKeepsTheARN(t *testing.T) {
	b := newBench(t, 0, Lookups{})
	st := b.deploy("s", twoThings, types.ChangeSetTypeCreate)
	must[*cfn.DeleteStackOutput](t)(b.DeleteStack(t.Context(), &cfn.DeleteStackInput{StackName: new("s")}))
	st = b.settled(*st.StackId)
	if st.StackStatus != types.StackStatusDeleteComplete || len(b.w.live) != 0 {
		t.Errorf("%s, live %v", st.StackStatus, b.w.live)
	}
	_, err := b.DescribeStacks(t.Context(), &cfn.DescribeStacksInput{StackName: new("s")})
	if err == nil || err.Error() != "ValidationError: Stack with id s does not exist" {
		t.Error(err)
	}
	if again := b.deploy("s", twoThings, types.ChangeSetTypeCreate); *again.StackId == *st.StackId {
		t.Error("the name's new stack has the old id")
	}
}
