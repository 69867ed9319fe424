package cloudformation

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

var anyUUID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// sorted, as the first line, has independent resources tell in any order.
const sorted = "in any order"

// expectStory holds the events after the first skip ones against the lines.
func (b *bench) expectStory(name string, skip int, want ...string) {
	b.t.Helper()
	got := b.story(name)[skip:]
	for i := range got {
		got[i] = anyUUID.ReplaceAllString(strings.TrimSpace(got[i]), "UUID")
	}
	if want[0] == sorted {
		want = want[1:]
		slices.Sort(got)
		slices.Sort(want)
	}
	if !slices.Equal(got, want) {
		b.t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// refuse lets one call fail, every time.
func refuse(call, code, message string) func(string) error {
	return func(got string) error {
		if got == call {
			return &resource.Error{Code: code, Message: message}
		}
		return nil
	}
}

func TestFailedCreationRollsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 1, Lookups{})
		b.w.fail = refuse("create B", "AlreadyExists", "B is taken")
		// A takes 10 s; then B fails while S (60 s) is under way.
		b.deploy("s", strings.Replace(twoThings, `"B":`, `"S": {"Type": "Test::Slow", "DeletionPolicy": "Retain"}, "B":`, 1), types.ChangeSetTypeCreate)
		b.expectStory("s", 2, sorted,
			"A CREATE_IN_PROGRESS",
			"S CREATE_IN_PROGRESS",
			"A CREATE_IN_PROGRESS Resource creation Initiated",
			"S CREATE_IN_PROGRESS Resource creation Initiated",
			"A CREATE_COMPLETE",
			"B CREATE_IN_PROGRESS",
			`B CREATE_FAILED Resource handler returned message: "B is taken" (RequestToken: UUID, HandlerErrorCode: AlreadyExists)`,
			"S CREATE_FAILED Resource creation cancelled",
			"s ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [B, S]. Rollback requested by user.",
			"B DELETE_COMPLETE",
			"S DELETE_SKIPPED",
			"A DELETE_IN_PROGRESS",
			"A DELETE_COMPLETE",
			"s ROLLBACK_COMPLETE")
		if len(b.w.live) != 1 {
			t.Errorf("live %v, want only what the template retains", b.w.live)
		}
		st := b.describe("s")
		if len(st.LastOperations) != 2 || st.LastOperations[0].OperationType != types.OperationTypeRollback {
			t.Errorf("operations %v", st.LastOperations)
		}
	})
}

func TestPropertiesAreRefusedInCloudFormationsWords(t *testing.T) {
	b := newBench(t, 0, Lookups{})
	b.deploy("s", `{"Resources": {"A": {"Type": "Test::Thing", "Properties": {"Color": "red"}}}}`, types.ChangeSetTypeCreate)
	b.expectStory("s", 2,
		"A CREATE_IN_PROGRESS",
		"A CREATE_FAILED Properties validation failed for resource A with message:\n#: extraneous key [Color] is not permitted",
		"s ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [A]. Rollback requested by user.",
		"A DELETE_COMPLETE", "s ROLLBACK_COMPLETE")
}

func TestFailedUpdateRollsBackResourceByResource(t *testing.T) {
	b := newBench(t, 0, Lookups{})
	b.deploy("s", twoThings, types.ChangeSetTypeCreate)
	before, start := b.physical("s"), len(b.story("s"))
	b.w.fail = refuse("create C", "ServiceInternalError", "no")
	body := strings.Replace(twoThings, `"Size": "1"`, `"Size": "2", "Kind": "y"`, 1)
	body = strings.Replace(body, `"B":`, `"C": {"Type": "Test::Thing", "DependsOn": "B"}, "B":`, 1)
	b.deploy("s", body, types.ChangeSetTypeUpdate)
	b.expectStory("s", start, sorted,
		"s UPDATE_IN_PROGRESS User Initiated",
		"A UPDATE_IN_PROGRESS Requested update requires the creation of a new physical resource; hence creating one.",
		"A UPDATE_IN_PROGRESS Resource creation Initiated",
		"A UPDATE_COMPLETE",
		"B UPDATE_IN_PROGRESS", "B UPDATE_COMPLETE",
		"C CREATE_IN_PROGRESS",
		`C CREATE_FAILED Resource handler returned message: "no" (RequestToken: UUID, HandlerErrorCode: ServiceInternalError)`,
		"s UPDATE_ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [C].",
		"A UPDATE_COMPLETE",
		"B UPDATE_IN_PROGRESS", "B UPDATE_COMPLETE",
		"s UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
		"A DELETE_IN_PROGRESS", "A DELETE_COMPLETE",
		"C DELETE_COMPLETE",
		"s UPDATE_ROLLBACK_COMPLETE")
	if after := b.physical("s"); after["A"] != before["A"] || len(after) != 2 || len(b.w.live) != 2 {
		t.Errorf("was %v, is %v, live %v", before, after, b.w.live)
	}
}

func TestCustomNamesCannotBeReplaced(t *testing.T) {
	b := newBench(t, 0, Lookups{})
	named := `{"Resources": {"A": {"Type": "Test::Thing", "Properties": {"Name": "n", "Kind": "x"}}}}`
	b.deploy("s", named, types.ChangeSetTypeCreate)
	start := len(b.story("s"))
	b.deploy("s", strings.Replace(named, `"x"`, `"y"`, 1), types.ChangeSetTypeUpdate)
	b.expectStory("s", start,
		"s UPDATE_IN_PROGRESS User Initiated",
		"A UPDATE_IN_PROGRESS Requested update requires the creation of a new physical resource; hence creating one.",
		"A UPDATE_FAILED CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename n and update the stack again.",
		"s UPDATE_ROLLBACK_IN_PROGRESS The following resource(s) failed to update: [A].",
		"A UPDATE_COMPLETE",
		"s UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
		"s UPDATE_ROLLBACK_COMPLETE")
	st := b.deploy("s", `{"Resources": {"A": {"Type": "Test::Thing", "Properties": {"Name": "m", "Kind": "y"}}}}`, types.ChangeSetTypeUpdate)
	if st.StackStatus != types.StackStatusUpdateComplete || b.w.live["m"] == nil || len(b.w.live) != 1 {
		t.Errorf("with a new name: %s, live %v", st.StackStatus, b.w.live)
	}
}

func TestTakenCustomNameFailsBeforeTheServiceIsAsked(t *testing.T) {
	b := newBench(t, 0, Lookups{})
	b.w.live["n"] = map[string]any{"Size": "9"}
	st := b.deploy("s", `{"Resources": {"A": {"Type": "Test::Thing", "Properties": {"Name": "n"}}}}`, types.ChangeSetTypeCreate)
	if st.StackStatus != types.StackStatusRollbackComplete || b.w.live["n"]["Size"] != "9" || len(b.w.calls) != 0 {
		t.Errorf("%s, %v, %v", st.StackStatus, b.w.live, b.w.calls)
	}
}

func TestFailedRollbackContinuesWithoutTheSkipped(t *testing.T) {
	b := newBench(t, 0, Lookups{})
	two := `{"Resources": {"A": {"Type": "Test::Thing", "Properties": {"Size": "1"}}, "B": {"Type": "Test::Thing", "DependsOn": "A", "Properties": {"Size": "1"}}}}`
	b.deploy("s", two, types.ChangeSetTypeCreate)
	count := 0
	b.w.fail = func(call string) error {
		if call == "update A" {
			if count++; count == 1 {
				return nil
			}
		}
		if call == "update A" || call == "update B" {
			return &resource.Error{Code: "InternalFailure", Message: "no"}
		}
		return nil
	}
	st := b.deploy("s", strings.ReplaceAll(two, `"1"`, `"2"`), types.ChangeSetTypeUpdate)
	if st.StackStatus != types.StackStatusUpdateRollbackFailed || *st.StackStatusReason != "The following resource(s) failed to update: [A]. " {
		t.Fatalf("%s %s", st.StackStatus, value(st.StackStatusReason))
	}
	if _, err := b.DeleteStack(t.Context(), &cfn.DeleteStackInput{StackName: new("s"), RetainResources: []string{"A"}}); err == nil {
		t.Error("RetainResources was taken outside DELETE_FAILED")
	}
	b.w.fail = nil
	if _, err := b.ContinueUpdateRollback(t.Context(), &cfn.ContinueUpdateRollbackInput{StackName: new("s"), ResourcesToSkip: []string{"B"}}); err == nil {
		t.Error("a resource that has not failed was skipped")
	}
	must[*cfn.ContinueUpdateRollbackOutput](t)(b.ContinueUpdateRollback(t.Context(), &cfn.ContinueUpdateRollbackInput{StackName: new("s"), ResourcesToSkip: []string{"A"}}))
	st = b.settled("s")
	ids := b.physical("s")
	if st.StackStatus != types.StackStatusUpdateRollbackComplete || b.w.live[ids["A"]]["Size"] != "2" || b.w.live[ids["B"]]["Size"] != "1" {
		t.Errorf("%s, live %v", st.StackStatus, b.w.live)
	}
}

func TestFailedDeletionRetainsWhatItIsTold(t *testing.T) {
	b := newBench(t, 0, Lookups{})
	b.deploy("s", twoThings, types.ChangeSetTypeCreate)
	b.w.fail = refuse("delete A", "ResourceConflict", "in use")
	must[*cfn.DeleteStackOutput](t)(b.DeleteStack(t.Context(), &cfn.DeleteStackInput{StackName: new("s")}))
	st := b.settled("s")
	if st.StackStatus != types.StackStatusDeleteFailed || *st.StackStatusReason != "The following resource(s) failed to delete: [A]. " {
		t.Fatalf("%s %s", st.StackStatus, value(st.StackStatusReason))
	}
	must[*cfn.DeleteStackOutput](t)(b.DeleteStack(t.Context(), &cfn.DeleteStackInput{StackName: new("s"), RetainResources: []string{"A"}}))
	if st = b.settled(*st.StackId); st.StackStatus != types.StackStatusDeleteComplete || len(b.w.live) != 1 {
		t.Errorf("%s, live %v", st.StackStatus, b.w.live)
	}
}

func TestFailureWithoutRollbackWaitsForTheNextOrder(t *testing.T) {
	stop := func(_ *cfn.CreateChangeSetInput, e *cfn.ExecuteChangeSetInput) { e.DisableRollback = new(true) }
	b := newBench(t, 0, Lookups{})
	b.w.fail = refuse("create B", "Throttling", "slow down")
	st := b.deploy("s", twoThings, types.ChangeSetTypeCreate, stop)
	if st.StackStatus != types.StackStatusCreateFailed || len(b.w.live) != 1 {
		t.Fatalf("%s, live %v", st.StackStatus, b.w.live)
	}
	b.w.fail = nil
	if st = b.deploy("s", twoThings, types.ChangeSetTypeUpdate); st.StackStatus != types.StackStatusUpdateComplete || len(b.w.live) != 2 {
		t.Fatalf("the retry ends %s, live %v", st.StackStatus, b.w.live)
	}
	before := b.physical("s")
	b.w.fail = refuse("update B", "Throttling", "slow down")
	changed := strings.Replace(strings.Replace(twoThings, `"1"`, `"2"`, 1), `{"Needs"`, `{"Size": "3", "Needs"`, 1)
	if st = b.deploy("s", changed, types.ChangeSetTypeUpdate, stop); st.StackStatus != types.StackStatusUpdateFailed {
		t.Fatal(st.StackStatus)
	}
	if b.w.live[before["A"]]["Size"] != "2" {
		t.Error("A was not changed before B failed")
	}
	b.w.fail = nil
	must[*cfn.RollbackStackOutput](t)(b.RollbackStack(t.Context(), &cfn.RollbackStackInput{StackName: new("s")}))
	if st = b.settled("s"); st.StackStatus != types.StackStatusUpdateRollbackComplete || b.w.live[before["A"]]["Size"] != "1" {
		t.Errorf("%s, live %v", st.StackStatus, b.w.live)
	}
}

func TestCancelledUpdateRollsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 1, Lookups{})
		b.deploy("s", twoThings, types.ChangeSetTypeCreate)
		start := len(b.story("s"))
		body := strings.Replace(twoThings, `"1"`, `"2"`, 1)
		must[*cfn.UpdateStackOutput](t)(b.UpdateStack(t.Context(), &cfn.UpdateStackInput{StackName: new("s"), TemplateBody: &body}))
		time.Sleep(2 * time.Second)
		must[*cfn.CancelUpdateStackOutput](t)(b.CancelUpdateStack(t.Context(), &cfn.CancelUpdateStackInput{StackName: new("s")}))
		b.settled("s")
		b.expectStory("s", start,
			"s UPDATE_IN_PROGRESS User Initiated", "A UPDATE_IN_PROGRESS", "A UPDATE_FAILED Resource update cancelled",
			"s UPDATE_ROLLBACK_IN_PROGRESS User Initiated", "A UPDATE_IN_PROGRESS", "A UPDATE_COMPLETE",
			"s UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "s UPDATE_ROLLBACK_COMPLETE")
		if _, err := b.CancelUpdateStack(t.Context(), &cfn.CancelUpdateStackInput{StackName: new("s")}); err == nil {
			t.Error("a finished update was cancelled")
		}
	})
}

func TestDeletionTakesOverFromCreation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, 1, Lookups{})
		st := must[*cfn.CreateStackOutput](t)(b.CreateStack(t.Context(), &cfn.CreateStackInput{StackName: new("s"), TemplateBody: new(twoThings)}))
		time.Sleep(2 * time.Second)
		must[*cfn.DeleteStackOutput](t)(b.DeleteStack(t.Context(), &cfn.DeleteStackInput{StackName: new("s")}))
		if got := b.settled(*st.StackId); got.StackStatus != types.StackStatusDeleteComplete || len(b.w.live) != 0 {
			t.Errorf("%s, live %v", got.StackStatus, b.w.live)
		}
	})
}

func TestCleanupThatFailsLeavesTheUpdateComplete(t *testing.T) {
	b := newBench(t, 0, Lookups{})
	b.deploy("s", twoThings, types.ChangeSetTypeCreate)
	b.w.fail = refuse("delete B", "ResourceConflict", "in use")
	st := b.deploy("s", `{"Resources": {"A": {"Type": "Test::Thing", "Properties": {"Size": "1"}}}}`, types.ChangeSetTypeUpdate)
	if st.StackStatus != types.StackStatusUpdateComplete || value(st.StackStatusReason) != "Update successful. One or more resources could not be deleted." {
		t.Errorf("%s %s", st.StackStatus, value(st.StackStatusReason))
	}
	if ids := b.physical("s"); len(ids) != 1 || len(b.w.live) != 2 {
		t.Errorf("the stack has %v, live %v", ids, b.w.live)
	}
}

func TestCreationThatTakesTooLongRollsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, start := newBench(t, 1, Lookups{}), time.Now()
		slow := `{"Resources": {"A": {"Type": "Test::Slow"}, "B": {"Type": "Test::Slow", "DependsOn": "A"}}}`
		must[*cfn.CreateStackOutput](t)(b.CreateStack(t.Context(), &cfn.CreateStackInput{StackName: new("s"), TemplateBody: &slow, TimeoutInMinutes: new(int32(1))}))
		time.Sleep(70 * time.Second)
		if took := b.settled("s"); took.StackStatus != types.StackStatusRollbackComplete || len(b.w.live) != 0 {
			t.Errorf("%s after %s, live %v", took.StackStatus, time.Since(start), b.w.live)
		}
		if story := strings.Join(b.story("s"), "\n"); !strings.Contains(story, "s ROLLBACK_IN_PROGRESS Stack creation time exceeded the specified timeout. Rollback requested by user.") {
			t.Error(story)
		}
	})
}

func TestFailedCreationCanBeDeletedAtOnce(t *testing.T) {
	b := newBench(t, 0, Lookups{})
	b.w.fail = refuse("create B", "InternalFailure", "no")
	out := must[*cfn.CreateStackOutput](t)(b.CreateStack(t.Context(), &cfn.CreateStackInput{StackName: new("s"), TemplateBody: new(twoThings), OnFailure: types.OnFailureDelete}))
	if st := b.settled(*out.StackId); st.StackStatus != types.StackStatusDeleteComplete || len(b.w.live) != 0 {
		t.Errorf("%s, live %v", st.StackStatus, b.w.live)
	}
}

func TestRestartWaitsForTheRestOfTheTimeOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, start := newBench(t, 1, Lookups{}), time.Now()
		must[*cfn.CreateStackOutput](t)(b.CreateStack(t.Context(), &cfn.CreateStackInput{StackName: new("s"), TemplateBody: new(`{"Resources": {"A": {"Type": "Test::Slow"}}}`)}))
		time.Sleep(20 * time.Second)
		b.Close()
		time.Sleep(10 * time.Second)
		db := b.db
		b.Service = New(newHost(), 1, b.w.types(), Lookups{})
		b.db = db // the memory store forgets with its maps
		t.Cleanup(b.Service.Close)
		b.Resume()
		st := b.settled("s")
		if took := time.Since(start).Round(time.Second); st.StackStatus != types.StackStatusCreateComplete || took != time.Minute {
			t.Errorf("%s after %s, want a minute", st.StackStatus, took)
		}
	})
}
