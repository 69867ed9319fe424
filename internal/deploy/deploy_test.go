package deploy

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

func TestFreshDeployCreatesEverythingInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		got := w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		finished := map[platform.Stack]bool{}
		for _, e := range got.events {
			if e.Kind != StackEvent {
				continue
			}
			if e.Stack.State == Creating {
				for _, dep := range e.Stack.Stack.DependsOn() {
					if !finished[dep] {
						t.Errorf("%s began before %s was complete", e.Stack.Stack, dep)
					}
				}
			}
			finished[e.Stack.Stack] = finished[e.Stack.Stack] || e.Stack.State == Complete
		}
		for _, s := range platform.Stacks {
			if got.state(s) != Complete || w.status(s) != "CREATE_COMPLETE" {
				t.Errorf("%s is %s, %s", s, got.state(s), w.status(s))
			}
		}
		if got.result.Uploaded != 1 || len(w.ground.objects) != 1 {
			t.Errorf("uploaded %d, %v", got.result.Uploaded, w.ground.objects)
		}
	})
}

func TestUnchangedDeployTakesSevenCallsAndNoChangeSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "production")
		w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		w.server.calls = nil
		got := w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		if n := w.server.count(""); n != 7 || w.server.count("DescribeStacks") != 6 || w.server.count("GetParameters") != 1 {
			t.Errorf("%d calls: %v", n, w.server.calls)
		}
		for _, s := range platform.Stacks {
			if got.state(s) != NoChange {
				t.Errorf("%s is %s", s, got.state(s))
			}
		}
	})
}

func TestAChangedParameterUpdatesItsStackAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		r := w.release("1")
		r.Parameters = map[string]string{platform.ParameterAlarmEmail: "ops@example.com"}
		got := w.must(w.deploy(t.Context(), r, Options{}))
		for _, s := range platform.Stacks {
			want := NoChange
			if s == platform.Monitoring {
				want = Complete
			}
			if got.state(s) != want {
				t.Errorf("%s is %s, want %s", s, got.state(s), want)
			}
		}
		if w.status(platform.Monitoring) != "UPDATE_COMPLETE" {
			t.Error(w.status(platform.Monitoring))
		}
	})
}

func TestAValueThatMovesUpdatesItsReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		r := w.release("1", func(s platform.Stack, body map[string]any) {
			if s == platform.Database {
				p := body["Resources"].(map[string]any)["PublishRedisEndpoint"].(map[string]any)
				p["Properties"].(map[string]any)["Value"] = "elsewhere"
			}
		})
		got := w.must(w.deploy(t.Context(), r, Options{}))
		for s, want := range map[platform.Stack]State{
			platform.Security: NoChange, platform.Database: Complete, platform.Storage: NoChange,
			platform.Compute: Complete, platform.API: NoChange, platform.Monitoring: NoChange,
		} {
			if got.state(s) != want {
				t.Errorf("%s is %s, want %s", s, got.state(s), want)
			}
		}
	})
}

func TestAFailureNamesItsCauseAndStartsNothingFurther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.server.takes["Redis"], w.server.takes["Uploads"] = 10*time.Second, 30*time.Second
		w.server.fails["Redis"] = "InsufficientCacheClusterCapacity: none in us-east-1c."
		got := w.deploy(t.Context(), w.release("1"), Options{})
		want := "Keyvex-dev-Database: Redis (AWS::ElastiCache::ReplicationGroup) could not be created: InsufficientCacheClusterCapacity: none in us-east-1c"
		if got.err == nil || got.err.Error() != want || problem.KindOf(got.err) != problem.Failed {
			t.Errorf("got %v\nwant %s", got.err, want)
		}
		for s, want := range map[platform.Stack]State{
			platform.Security: Complete, platform.Database: RolledBack, platform.Storage: Complete,
			platform.Compute: Skipped, platform.API: Skipped, platform.Monitoring: Skipped,
		} {
			if got.state(s) != want {
				t.Errorf("%s is %s, want %s", s, got.state(s), want)
			}
		}
		w.server.fails = map[string]string{}
		w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		if w.status(platform.Database) != "CREATE_COMPLETE" || w.status(platform.Monitoring) != "CREATE_COMPLETE" {
			t.Error("the second run did not finish the first")
		}
	})
}

func TestAFailedUpdateGoesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		w.server.fails["Ai"] = "The runtime is not supported"
		got := w.deploy(t.Context(), w.release("2"), Options{})
		if got.err == nil || !strings.Contains(got.err.Error(), "Ai (AWS::Lambda::Function) could not be updated: The runtime is not supported") {
			t.Error(got.err)
		}
		if got.state(platform.Compute) != RolledBack || w.status(platform.Compute) != "UPDATE_ROLLBACK_COMPLETE" {
			t.Error(got.state(platform.Compute), w.status(platform.Compute))
		}
		w.server.fails = map[string]string{}
		w.must(w.deploy(t.Context(), w.release("2"), Options{}))
		w.server.calls = nil
		w.must(w.deploy(t.Context(), w.release("2"), Options{}))
		if n := w.server.count(""); n != 7 {
			t.Errorf("%d calls of an unchanged deploy", n)
		}
	})
}

func TestProductionStacksEndUpProtected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "production")
		w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		if n := w.server.count("UpdateTerminationProtection"); n != 6 {
			t.Errorf("%d stacks protected", n)
		}
		live, _ := w.server.find(w.env.StackName(platform.API))
		live.EnableTerminationProtection = nil
		got := w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		if got.state(platform.API) != Complete || !*live.EnableTerminationProtection {
			t.Errorf("%s", got.state(platform.API))
		}
	})
}

func TestAPlanThatLosesDataIsRefusedBeforeAnythingChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		before := w.server.state()
		w.server.losses["Table"] = true
		got := w.deploy(t.Context(), w.release("2"), Options{})
		if problem.KindOf(got.err) != problem.Refused || !strings.Contains(got.err.Error(), "replaces Table (AWS::DynamoDB::Table)") {
			t.Error(got.err)
		}
		if after := w.server.state(); after != before || len(w.server.sets) != 0 {
			t.Errorf("something changed, %d change sets are left", len(w.server.sets))
		}
		w.must(w.deploy(t.Context(), w.release("2"), Options{AllowDataLoss: true}))
	})
}

func TestAChosenStackNeedsItsGround(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		d := w.deployer(w.server)
		_, err := d.Plan(t.Context(), w.release("1"), PlanOptions{Stacks: []platform.Stack{platform.Compute}})
		if problem.KindOf(err) != problem.NotFound || !strings.Contains(err.Error(), "Keyvex-dev-Compute depends on Keyvex-dev-Security") {
			t.Error(err)
		}
		plan, err := d.Plan(t.Context(), w.release("1"), PlanOptions{Stacks: []platform.Stack{platform.Storage}})
		if err != nil || len(plan.Stacks) != 1 || plan.Stacks[0].Action != Create {
			t.Errorf("%+v, %v", plan, err)
		}
	})
}

func TestASecondRegionIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.ground.role = true
		d := w.deployer(w.server)
		d.settings.Loopback = false
		_, err := d.Plan(t.Context(), w.release("1"), PlanOptions{})
		if problem.KindOf(err) != problem.Refused || !strings.Contains(err.Error(), "one region") {
			t.Error(err)
		}
	})
}

// The longest chain is Security, Database, Compute, Api, Monitoring; paces are a
// sixtieth of AWS's averages.
func TestMakespanIsTheCriticalPath(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		const pace = 60
		for id, seconds := range map[string]float64{"Role": 12, "Redis": 712, "Table": 30, "Uploads": 288, "Ai": 25, "Rest": 30, "Dashboard": 20} {
			w.server.takes[id] = time.Duration(seconds * float64(time.Second) / pace)
		}
		got := w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		var critical time.Duration
		for _, id := range []string{"Role", "Redis", "Table", "Ai", "Rest", "Dashboard"} {
			critical += w.server.takes[id]
		}
		// Five change sets, computed by the server in 200 ms each, are on the path.
		critical += 5 * 200 * time.Millisecond
		if ratio := float64(got.took) / float64(critical); ratio > 1.05 {
			t.Errorf("took %s, critical path %s: %.3f", got.took, critical, ratio)
		} else {
			t.Logf("took %s, critical path %s: %.3f", got.took, critical, ratio)
		}
	})
}
