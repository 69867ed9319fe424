package deploy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/smithy-go"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// mortal is the client of a process that is killed: after so many calls none gets
// through any more, and the last one's answer may be lost.
type mortal struct {
	*fakeServer
	left *atomic.Int64
	die  context.CancelFunc
}

var errDead = errors.New("the process is dead")

func (m mortal) alive() error {
	switch left := m.left.Add(-1); {
	case left == 0:
		m.die()
		return nil
	case left < 0:
		return errDead
	}
	return nil
}

// The calls that change something, and the two that a run makes most.
func (m mortal) DescribeStacks(ctx context.Context, in *cloudformation.DescribeStacksInput, o ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error) {
	if err := m.alive(); err != nil {
		return nil, err
	}
	return m.fakeServer.DescribeStacks(ctx, in, o...)
}

func (m mortal) DescribeStackEvents(ctx context.Context, in *cloudformation.DescribeStackEventsInput, o ...func(*cloudformation.Options)) (*cloudformation.DescribeStackEventsOutput, error) {
	if err := m.alive(); err != nil {
		return nil, err
	}
	return m.fakeServer.DescribeStackEvents(ctx, in, o...)
}

func (m mortal) CreateChangeSet(ctx context.Context, in *cloudformation.CreateChangeSetInput, o ...func(*cloudformation.Options)) (*cloudformation.CreateChangeSetOutput, error) {
	if err := m.alive(); err != nil {
		return nil, err
	}
	return m.fakeServer.CreateChangeSet(ctx, in, o...)
}

func (m mortal) ExecuteChangeSet(ctx context.Context, in *cloudformation.ExecuteChangeSetInput, o ...func(*cloudformation.Options)) (*cloudformation.ExecuteChangeSetOutput, error) {
	if err := m.alive(); err != nil {
		return nil, err
	}
	return m.fakeServer.ExecuteChangeSet(ctx, in, o...)
}

func (m mortal) DeleteChangeSet(ctx context.Context, in *cloudformation.DeleteChangeSetInput, o ...func(*cloudformation.Options)) (*cloudformation.DeleteChangeSetOutput, error) {
	if err := m.alive(); err != nil {
		return nil, err
	}
	return m.fakeServer.DeleteChangeSet(ctx, in, o...)
}

func (m mortal) DeleteStack(ctx context.Context, in *cloudformation.DeleteStackInput, o ...func(*cloudformation.Options)) (*cloudformation.DeleteStackOutput, error) {
	if err := m.alive(); err != nil {
		return nil, err
	}
	return m.fakeServer.DeleteStack(ctx, in, o...)
}

func (m mortal) UpdateTerminationProtection(ctx context.Context, in *cloudformation.UpdateTerminationProtectionInput, o ...func(*cloudformation.Options)) (*cloudformation.UpdateTerminationProtectionOutput, error) {
	if err := m.alive(); err != nil {
		return nil, err
	}
	return m.fakeServer.UpdateTerminationProtection(ctx, in, o...)
}

// normal takes out of a state what depends on how a stack came there.
func normal(state string) string {
	return strings.ReplaceAll(state, `"UPDATE_COMPLETE"`, `"CREATE_COMPLETE"`)
}

// scenario brings a fresh world to where the deploy under test begins.
func scenario(t *testing.T, which string) (*testWorld, Release) {
	w := newWorld(t, "production")
	w.server.takes["Redis"], w.server.takes["Role"], w.server.takes["Uploads"] = 700*time.Millisecond, 100*time.Millisecond, 2*time.Second
	release := w.release("2")
	switch which {
	case "update":
		w.must(w.deploy(t.Context(), w.release("1"), Options{}))
	case "leftovers":
		w.server.fails["Redis"] = "no capacity"
		if got := w.deploy(t.Context(), w.release("1"), Options{}); got.err == nil {
			t.Fatal("the failure did not happen")
		}
		delete(w.server.fails, "Redis")
	}
	w.server.calls = nil
	return w, release
}

func TestKilledAnywhereAndRunAgainEndsAsIfUndisturbed(t *testing.T) {
	for _, which := range []string{"fresh", "update", "leftovers"} {
		t.Run(which, func(t *testing.T) {
			var want string
			calls, cut := 0, 0
			synctest.Test(t, func(t *testing.T) {
				w, release := scenario(t, which)
				const forever = 1 << 30
				left := &atomic.Int64{}
				left.Store(forever)
				w.must(w.deployWith(t.Context(), mortal{w.server, left, nil}, release, Options{}))
				want, calls = normal(w.server.state()), int(forever-left.Load())
			})
			for kill := 1; kill < calls; kill++ {
				synctest.Test(t, func(t *testing.T) {
					w, release := scenario(t, which)
					ctx, die := context.WithCancel(t.Context())
					defer die()
					left := &atomic.Int64{}
					left.Store(int64(kill))
					first := w.deployWith(ctx, mortal{w.server, left, die}, release, Options{})
					if first.err != nil {
						cut++
					}
					second := w.deploy(t.Context(), release, Options{})
					if second.err != nil {
						t.Fatalf("killed at call %d: %v, then: %v", kill, first.err, second.err)
					}
					if got := normal(w.server.state()); got != want {
						t.Fatalf("killed at call %d (%v):\n%s\nundisturbed:\n%s", kill, first.err, got, want)
					}
				})
			}
			if cut < calls/2 {
				t.Errorf("of %d kills only %d cut the run short", calls, cut)
			}
			t.Logf("killed at each of %d calls, %d cut the run short", calls, cut)
		})
	}
}

func TestAnInterruptedDeployLeavesStacksRunningAndTheNextAttaches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.server.takes["Redis"] = time.Minute
		ctx, interrupt := context.WithCancelCause(t.Context())
		time.AfterFunc(10*time.Second, func() { interrupt(errors.New("signal: interrupt")) })
		got := w.deploy(ctx, w.release("1"), Options{})
		if problem.KindOf(got.err) != problem.LeftRunning || !strings.Contains(got.err.Error(), "Keyvex-dev-Database goes on by itself") {
			t.Error(got.err)
		}
		if got.state(platform.Database) != Running || got.state(platform.Compute) != Skipped {
			t.Error(got.state(platform.Database), got.state(platform.Compute))
		}
		if cause := errors.Unwrap(got.err); cause == nil || cause.Error() != "signal: interrupt" {
			t.Errorf("cause %v", cause)
		}
		second := w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		if !strings.Contains(second.notices(), "Keyvex-dev-Database is CREATE_IN_PROGRESS since an earlier run") {
			t.Errorf("notices: %s", second.notices())
		}
		if w.server.count("CreateChangeSet") != 6 {
			t.Errorf("%d change sets for six stacks", w.server.count("CreateChangeSet"))
		}
	})
}

func TestSomebodyElsesOperationIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		live, _ := w.server.find(w.env.StackName(platform.Storage))
		w.server.set(live, "UPDATE_IN_PROGRESS", "User Initiated", "Console-ExecuteChangeSet-1")
		got := w.deploy(t.Context(), w.release("2"), Options{})
		if problem.KindOf(got.err) != problem.Refused || !strings.Contains(got.err.Error(), "Keyvex-dev-Storage cannot be deployed: UPDATE_IN_PROGRESS") {
			t.Error(got.err)
		}
		if w.status(platform.Security) != "CREATE_COMPLETE" {
			t.Error("another stack was changed")
		}
	})
}

func TestCancelUndoesWhatIsUnderWay(t *testing.T) {
	for _, existing := range []bool{false, true} {
		t.Run(fmt.Sprintf("existing %v", existing), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "dev")
				if existing {
					w.must(w.deploy(t.Context(), w.release("1"), Options{}))
				}
				w.server.takes["Redis"] = time.Minute
				cancel := make(chan struct{})
				time.AfterFunc(10*time.Second, func() { close(cancel) })
				got := w.deploy(t.Context(), w.release("2"), Options{Cancel: cancel})
				if problem.KindOf(got.err) != problem.Interrupted {
					t.Error(got.err)
				}
				want := ""
				if existing {
					want = "UPDATE_ROLLBACK_COMPLETE"
				}
				if got.state(platform.Database) != RolledBack || w.status(platform.Database) != want {
					t.Errorf("%s, %q, want %q", got.state(platform.Database), w.status(platform.Database), want)
				}
				if got.state(platform.Compute) != Skipped {
					t.Error(got.state(platform.Compute))
				}
			})
		})
	}
}

// From ten seconds on, each scenario makes the server answer with an error for a while.
func TestErrorsWhileWatching(t *testing.T) {
	throttle := &smithy.GenericAPIError{Code: "Throttling", Message: "Rate exceeded"}
	lost := &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}
	for name, c := range map[string]struct {
		err  error
		last time.Duration
		want problem.Kind
	}{
		"throttled for ten minutes":      {throttle, 10 * time.Minute, 0},
		"connection lost for 20 seconds": {lost, 20 * time.Second, 0},
		"connection lost for good":       {lost, 24 * time.Hour, problem.LeftRunning},
		"throttled for good":             {throttle, 24 * time.Hour, problem.LeftRunning},
		"credentials end":                {problem.New(problem.Credentials, "expired"), time.Second, problem.LeftRunning},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "dev")
				w.server.takes["Redis"] = 30 * time.Second
				began := time.Now()
				w.server.fault = func(op string) error {
					if since := time.Since(began); since > 10*time.Second && since < 10*time.Second+c.last && strings.HasPrefix(op, "DescribeStack") {
						return c.err
					}
					return nil
				}
				got := w.deploy(t.Context(), w.release("1"), Options{})
				if c.want == 0 && got.err != nil || c.want != 0 && problem.KindOf(got.err) != c.want {
					t.Errorf("after %s: %v", got.took, got.err)
				}
				if got.took > 2*time.Hour {
					t.Errorf("took %s", got.took)
				}
			})
		})
	}
}

func TestAnOperationWithoutASignOfLifeIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.server.takes["Redis"] = 48 * time.Hour
		got := w.deploy(t.Context(), w.release("1"), Options{})
		if problem.KindOf(got.err) != problem.LeftRunning || !strings.Contains(got.err.Error(), "no sign of life for 20m0s") {
			t.Error(got.err)
		}
	})
}

func TestAServerThatCannotExecuteIsQuoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.server.fault = func(op string) error {
			if op == "ExecuteChangeSet" {
				return &smithy.GenericAPIError{Code: "InternalFailure", Message: "The GetAtt of Redis is not supported."}
			}
			return nil
		}
		got := w.deploy(t.Context(), w.release("1"), Options{})
		want := "Keyvex-dev-Security: executing its change set failed, and the server named no resource: The GetAtt of Redis is not supported (Keyvex-dev-Storage failed too)"
		if got.err == nil || got.err.Error() != want {
			t.Error(got.err)
		}
		if len(w.server.sets) != 0 {
			t.Errorf("%d change sets are left", len(w.server.sets))
		}
	})
}

func TestALostAnswerToExecuteIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		got := w.deployWith(t.Context(), forgetful{w.server}, w.release("1"), Options{})
		if got.err != nil || w.status(platform.Monitoring) != "CREATE_COMPLETE" {
			t.Error(got.err)
		}
	})
}

// forgetful executes change sets and loses the answer.
type forgetful struct{ *fakeServer }

func (f forgetful) ExecuteChangeSet(ctx context.Context, in *cloudformation.ExecuteChangeSetInput, o ...func(*cloudformation.Options)) (*cloudformation.ExecuteChangeSetOutput, error) {
	if _, err := f.fakeServer.ExecuteChangeSet(ctx, in, o...); err != nil {
		return nil, err
	}
	return nil, errors.New("connection reset by peer")
}

func TestAStuckRollbackIsContinued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		live, _ := w.server.find(w.env.StackName(platform.Database))
		w.server.set(live, "UPDATE_ROLLBACK_FAILED", "Redis could not go back", "")
		w.server.fails["rollback"] = "InsufficientCacheClusterCapacity"
		got := w.deploy(t.Context(), w.release("2"), Options{})
		if got.err == nil || !strings.Contains(got.err.Error(), "InsufficientCacheClusterCapacity") {
			t.Error(got.err)
		}
		delete(w.server.fails, "rollback")
		w.must(w.deploy(t.Context(), w.release("2"), Options{}))
		if w.status(platform.Database) != "UPDATE_COMPLETE" {
			t.Error(w.status(platform.Database))
		}
	})
}

func TestAReaderWhoStopsEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.server.takes["Role"] = time.Hour
		d := w.deployer(w.server)
		plan, err := d.Plan(t.Context(), w.release("1"), PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for range d.Deploy(t.Context(), plan, Options{}) {
			break
		}
		if waited := time.Since(began); waited > time.Minute {
			t.Errorf("the run went on for %s", waited)
		}
	})
}
