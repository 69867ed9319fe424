package deploy

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/keyvex/keyvex/internal/platform"
)

func (w *testWorld) diff(ctx context.Context, r Release) (*Diff, error) {
	d := w.deployer(w.server)
	plan, err := d.Plan(ctx, r, PlanOptions{})
	if err != nil {
		return nil, err
	}
	return d.Diff(ctx, plan)
}

func TestDiffOfAFirstDeployComesFromTemplates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		got, err := w.diff(t.Context(), w.release("1"))
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range got.Stacks {
			if s.Action != Create || s.Exact || len(s.Resources) != len(resourceIDs(w.release("1").Templates[i].Body)) {
				t.Errorf("%+v", s)
			}
		}
		if role := got.Stacks[0].Resources[slices.IndexFunc(got.Stacks[0].Resources, func(c ResourceChange) bool { return c.LogicalID == "Role" })]; !role.Access {
			t.Error("a role is not marked as one of access")
		}
		if w.server.count("CreateChangeSet") != 0 || len(w.server.stacks) != 0 {
			t.Error("something was made")
		}
	})
}

func TestDiffOfAnUpdateIsExactAndLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		before := w.server.state()
		w.server.losses["Table"] = true
		r := w.release("2")
		r.Parameters = map[string]string{platform.ParameterAlarmEmail: "ops@example.com"}
		got, err := w.diff(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if losses := got.Losses(); len(losses) != 1 || losses[0].LogicalID != "Table" || losses[0].Replacement != CertainReplacement {
			t.Errorf("losses %+v", losses)
		}
		monitoring := got.Stacks[5]
		if p := monitoring.Parameters; len(p) != 1 || p[0].Name != platform.ParameterAlarmEmail || aws.ToString(p[0].Before) != "" || aws.ToString(p[0].After) != "ops@example.com" {
			t.Errorf("parameters %+v", p)
		}
		if !got.Stacks[0].Exact || got.Stacks[3].Exact {
			t.Error("Security is exact, Compute reads what Database may change")
		}
		if w.server.state() != before || len(w.server.sets) != 0 {
			t.Errorf("%d change sets are left", len(w.server.sets))
		}
	})
}

func TestACancelledDiffLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		ctx, cancel := context.WithCancel(t.Context())
		w.server.fault = func(op string) error {
			if op == "DescribeChangeSet" {
				cancel()
			}
			return nil
		}
		if _, err := w.diff(ctx, w.release("2")); err == nil {
			t.Error("a cancelled diff has a result")
		}
		if len(w.server.sets) != 0 {
			t.Errorf("%d change sets are left", len(w.server.sets))
		}
	})
}

func TestAChangeSetThatFailsValidationSaysWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		d := w.deployer(w.server)
		set := &changeSet{id: "set", stackID: "stack"}
		err := d.failedChangeSet(t.Context(), StackPlan{Name: "Keyvex-dev-Database"}, set, "The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]")
		if err == nil || !strings.HasSuffix(err.Error(), "; Table: the name is taken") {
			t.Error(err)
		}
	})
}
