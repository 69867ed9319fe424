package present

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
)

var update = flag.Bool("update", false, "write the golden files anew; look at them before committing")

// golden compares lines with testdata/name.
func golden(t *testing.T, name string, lines []string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	got := strings.Join(lines, "\n") + "\n"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
	}
}

var began = time.Date(2026, 11, 22, 14, 2, 0, 0, time.UTC)

func at(d time.Duration) time.Time { return began.Add(d) }

func stackEvent(after time.Duration, s deploy.StackProgress) deploy.Event {
	if !s.Started.IsZero() && s.Took == 0 {
		s.Took = at(after).Sub(s.Started)
	}
	return deploy.Event{Kind: deploy.StackEvent, Time: at(after), Stack: s, Remaining: 4 * time.Minute}
}

func resourceEvent(after time.Duration, s deploy.StackProgress, id, kind, status, reason string, took time.Duration) deploy.Event {
	e := stackEvent(after, s)
	e.Kind = deploy.ResourceEvent
	e.Resource = deploy.ResourceProgress{
		ResourceName: deploy.ResourceName{LogicalID: id, Type: kind}, Status: status, Reason: reason, Time: at(after), Took: took,
	}
	return e
}

// failing is the deploy of console.md: Database rolls back in its seventh minute.
func failing() *DeployTree {
	tree := &DeployTree{Title: "deploy production", Detail: "3f2c1a9 > 8d07b42", Started: began}
	database := deploy.StackProgress{Stack: platform.Database, State: deploy.Creating, Started: at(11 * time.Second), Total: 31}
	for _, s := range platform.Stacks {
		tree.Apply(stackEvent(0, deploy.StackProgress{Stack: s, State: deploy.Waiting, WaitsFor: s.DependsOn()}))
	}
	tree.Apply(stackEvent(time.Second, deploy.StackProgress{Stack: platform.Security, State: deploy.NoChange}))
	tree.Apply(stackEvent(172*time.Second, deploy.StackProgress{Stack: platform.Storage, State: deploy.Complete, Started: at(time.Second), Done: 4, Total: 4}))
	for i := range 6 {
		tree.Apply(resourceEvent(200*time.Second, database, fmt.Sprintf("SubnetOfTheIsolatedNetworkNumber%d", i), "AWS::EC2::Subnet", "CREATE_IN_PROGRESS", "", 3*time.Second))
	}
	tree.Apply(resourceEvent(280*time.Second, database, "Redis", "AWS::ElastiCache::ReplicationGroup", "CREATE_IN_PROGRESS", "", time.Second))
	database.State, database.Done, database.Undone = deploy.RollingBack, 14, 12
	tree.Apply(resourceEvent(372*time.Second, database, "Redis", "AWS::ElastiCache::ReplicationGroup", "CREATE_FAILED",
		"InsufficientCacheClusterCapacity: cache.r6g.large is not available in us-east-1c at the moment, try another zone", 280*time.Second))
	tree.Apply(resourceEvent(372*time.Second, database, "Table", "AWS::DynamoDB::Table", "CREATE_FAILED", "Resource creation cancelled", 0))
	tree.Apply(resourceEvent(372*time.Second, database, "AiQueue", "AWS::SQS::Queue", "DELETE_IN_PROGRESS", "", 12*time.Second))
	return tree
}

func TestTheTreeOfAFailingDeploy(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		golden(t, fmt.Sprintf("tree-%d.txt", width), failing().Lines(Look{Width: width}, at(374*time.Second)))
	}
	golden(t, "tree-ascii-80.txt", failing().Lines(Look{Width: 80, ASCII: true}, at(374*time.Second)))
	golden(t, "tree-color-80.txt", failing().Lines(Look{Width: 80, Color: true}, at(374*time.Second)))
}

func TestColourChangesNoWord(t *testing.T) {
	plain := failing().Lines(Look{Width: 80}, at(400*time.Second))
	colored := failing().Lines(Look{Width: 80, Color: true}, at(400*time.Second))
	for i := range plain {
		if got := ansi.Strip(colored[i]); got != plain[i] {
			t.Errorf("line %d: %q, without colour %q", i, got, plain[i])
		}
	}
}

func TestTheTreeFitsAnyScreenAndKeepsStatesAndTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		look := Look{
			Width: rapid.IntRange(50, 200).Draw(t, "width"), Height: rapid.IntRange(7, 60).Draw(t, "height"),
			ASCII: rapid.Bool().Draw(t, "ascii"), Color: rapid.Bool().Draw(t, "color"),
		}
		lines := failing().Lines(look, at(374*time.Second))
		if len(lines) > look.Height {
			t.Fatalf("%d lines on a screen of %d", len(lines), look.Height)
		}
		for _, line := range lines {
			if Width(line) > look.Width {
				t.Fatalf("%d cells on a screen of %d: %q", Width(line), look.Width, line)
			}
		}
		text := ansi.Strip(strings.Join(lines, "\n"))
		for _, want := range []string{"rolling back", "14 of 31", "6m03s", "unchanged", "waits for Database"} {
			if !strings.Contains(text, want) {
				t.Fatalf("%q is missing:\n%s", want, text)
			}
		}
	})
}

func TestACollateralFailureIsNotShown(t *testing.T) {
	text := strings.Join(failing().Lines(Look{Width: 80}, at(374*time.Second)), "\n")
	if strings.Contains(text, "cancelled") {
		t.Errorf("shown:\n%s", text)
	}
}

func TestALogHasALineForStartEndAndFailure(t *testing.T) {
	creating := deploy.StackProgress{Stack: platform.Database, State: deploy.Creating, Started: began, Total: 31}
	rolledBack := deploy.StackProgress{
		Stack: platform.Database, State: deploy.RolledBack, Took: 372 * time.Second, Done: 14, Total: 31, Reason: "no capacity", ReasonResource: "Redis",
	}
	for _, test := range []struct {
		name     string
		event    deploy.Event
		previous deploy.State
		want     string
	}{
		{"waiting", stackEvent(0, deploy.StackProgress{Stack: platform.API, State: deploy.Waiting}), "", ""},
		{"start", stackEvent(0, creating), deploy.Waiting, "Database: creating"},
		{"no news", stackEvent(0, creating), deploy.Creating, ""},
		{"end", stackEvent(0, rolledBack), deploy.RollingBack, "Database: rolled back, 14 of 31, 6m12s: Redis no capacity"},
		{"unchanged", stackEvent(0, deploy.StackProgress{Stack: platform.Security, State: deploy.NoChange}), "", "Security: unchanged"},
		{"resource", resourceEvent(0, creating, "Redis", "AWS::ElastiCache::ReplicationGroup", "CREATE_COMPLETE", "", 0), "", ""},
		{"failure", resourceEvent(0, creating, "Redis", "AWS::ElastiCache::ReplicationGroup", "CREATE_FAILED", "no\ncapacity", 0), "",
			"Database: Redis ReplicationGroup create failed: no capacity"},
		{"collateral", resourceEvent(0, creating, "Table", "AWS::DynamoDB::Table", "CREATE_FAILED", "Resource creation cancelled", 0), "", ""},
		{"upload", deploy.Event{Kind: deploy.AssetEvent, Asset: deploy.AssetProgress{Key: "email/ab.zip", Size: 8_200_000, Uploaded: true}}, "", "uploaded email (8.2 MB)"},
		{"asset that was there", deploy.Event{Kind: deploy.AssetEvent, Asset: deploy.AssetProgress{Key: "a"}}, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := DeployLine(test.event, test.previous); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestASilentLogTellsWhatIsUnderWay(t *testing.T) {
	got := failing().Heartbeat(at(400 * time.Second))
	if want := "still at it after 6m40s; Database rolling back 14 of 31"; !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want it to begin with %q", got, want)
	}
}
