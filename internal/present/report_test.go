package present

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
)

var place = Where{Environment: "staging", Tier: platform.Development, Account: "123456789012", Region: "us-east-1"}

func stacksAt(now time.Time) []deploy.StackStatus {
	return []deploy.StackStatus{
		{Stack: platform.Security, Name: "Keyvex-staging-Security", Status: "CREATE_COMPLETE", Updated: now.Add(-72 * time.Minute), TemplateHash: "0123456789abcdef", Build: "3f2c1a9"},
		{Stack: platform.Database, Name: "Keyvex-staging-Database", Status: "UPDATE_COMPLETE", Updated: now.Add(-time.Minute), Behind: true, Protected: true, Build: "v1.0.0-17-g0123456-dirty"},
		{Stack: platform.Storage, Name: "Keyvex-staging-Storage", Status: "UPDATE_ROLLBACK_FAILED", Updated: now.Add(-76 * time.Hour)},
		{Stack: platform.Compute, Name: "Keyvex-staging-Compute"},
	}
}

func TestStatusTables(t *testing.T) {
	golden(t, "status-80.txt", Look{Width: 80}.StatusTable(stacksAt(began), began))
	golden(t, "status-ascii-60.txt", Look{Width: 60, ASCII: true}.StatusTable(stacksAt(began), began))
}

func TestAStackThatDoesNotExistIsInTheDocument(t *testing.T) {
	doc := Status(place, stacksAt(began))
	if !doc.Deployed || len(doc.Stacks) != 4 || doc.Stacks[3].Updated != nil || doc.Stacks[3].Status != "" {
		t.Errorf("got %+v", doc)
	}
	if Status(place, stacksAt(began)[3:]).Deployed {
		t.Error("nothing is deployed, the document says otherwise")
	}
}

func TestDiffMarksReplacementsAndLosses(t *testing.T) {
	before, after := "https://a.example", "https://b.example"
	diff := &deploy.Diff{Stacks: []deploy.StackDiff{
		{Stack: platform.Security, Action: deploy.Unchanged},
		{Stack: platform.Database, Action: deploy.Update, Exact: true, Reasons: []string{"template"}, Resources: []deploy.ResourceChange{
			{ResourceName: deploy.ResourceName{LogicalID: "MainTable", Type: "AWS::DynamoDB::Table"}, Action: "Modify",
				Replacement: deploy.CertainReplacement, Loss: true, Properties: []deploy.PropertyChange{
					{Path: "/Properties/TableName", Before: "old", After: "new", Replaces: true},
				}},
			{ResourceName: deploy.ResourceName{LogicalID: "EmailQueue", Type: "AWS::SQS::Queue"}, Action: "Modify", Properties: []deploy.PropertyChange{
				{Path: "/Properties/VisibilityTimeout", Before: "720", After: "", KnownAfterApply: true, Cause: "parameter Timeout"},
			}},
			{ResourceName: deploy.ResourceName{LogicalID: "Policy", Type: "AWS::SQS::QueuePolicy"}, Action: "Remove", Access: true},
		}},
		{Stack: platform.API, Action: deploy.Update, Parameters: []deploy.ValueChange{{Name: "CorsOrigins", Before: &before, After: &after}}},
		{Stack: platform.Monitoring, Action: deploy.Create, Resources: []deploy.ResourceChange{
			{ResourceName: deploy.ResourceName{LogicalID: "Alerts", Type: "AWS::SNS::Topic"}, Action: "Add"},
		}, Outputs: []deploy.ValueChange{{Name: "AlertsTopicArn", After: &after}}},
	}}
	golden(t, "diff.txt", Look{Width: 80}.DiffLines(diff))
	if got := (Look{Width: 80}).DiffLines(&deploy.Diff{}); got[0] != "nothing would change" {
		t.Errorf("an empty diff says %q", got)
	}
}

func TestADiffShowsWhatDiffersInsideAProperty(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 4)
	for _, test := range []struct {
		name          string
		before, after string
		want          []string
	}{
		{"a field", `{"S3Bucket":"b","S3Key":"k1"}`, `{"S3Bucket":"b","S3Key":"k2"}`, []string{"Code.S3Key: k1 → k2"}},
		{"deep in a list", `[{"a":1},{"b":[1,2]}]`, `[{"a":1},{"b":[1,3]}]`, []string{"Code.1.b.1: 2 → 3"}},
		{"a field that is new", `{}`, `{"x":true}`, []string{"Code.x: (none) → true"}},
		{"plain text", "a", "b", []string{"Code: a → b"}},
		{"one side is no document", `{"a":1}`, "b", []string{`Code: {"a":1} → b`}},
		{"the same in another notation", `{"a": 1}`, `{"a":1}`, []string{`Code: {"a": 1} → {"a":1}`}},
		{"too long for a line", "1" + long, "2" + long, []string{"Code", "  - 1" + long, "  + 2" + long}},
	} {
		got := Look{Width: 80}.propertyDiff("", deploy.PropertyChange{Path: "/Properties/Code", Before: test.before, After: test.after})
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestADestroySaysWhatGoes(t *testing.T) {
	plan := &deploy.DestroyPlan{
		Stacks: []deploy.DoomedStack{{
			StackStatus: stacksAt(began)[1], Resources: 33,
			Stateful: []deploy.ResourceName{{LogicalID: "MainTable", PhysicalID: "the-table", Type: "AWS::DynamoDB::Table"}},
		}},
		Buckets: []deploy.DoomedBucket{{Name: "uploads", Versions: 1000, More: true}, {Name: "empty"}, {Name: "assets", Versions: 1}},
	}
	golden(t, "destroy-80.txt", Look{Width: 80}.DoomedLines(place, plan))
}

func TestOutputsAreNeverShortened(t *testing.T) {
	long := "https://" + strings.Repeat("x", 200)
	lines := Look{Width: 60}.OutputsTable([]deploy.Output{
		{Stack: platform.API, Key: "RestEndpoint", Value: long},
		{Stack: platform.API, Key: platform.OutputTemplateHash, Value: "hash"},
	})
	text := strings.Join(lines, "\n")
	if !slices.Contains(lines, "    "+long) || strings.Contains(text, "hash") {
		t.Errorf("got\n%s", text)
	}
}

func TestEnvironmentsTellTheirWorstStack(t *testing.T) {
	rows := []EnvironmentRow{
		{Name: "local", Tier: platform.Development, Current: true, Stacks: []StackRow{}},
		{Name: "production", Tier: platform.Production, Unreachable: "the session of profile prod ended"},
		{Name: "staging", Tier: platform.Development, Stacks: StackRows(stacksAt(began)[:3])},
	}
	golden(t, "environments-80.txt", Look{Width: 80}.EnvironmentsTable(rows, began))
	for _, line := range (Look{Width: 60, Color: true}).EnvironmentsTable(rows, began) {
		if Width(line) > 60 {
			t.Errorf("%d cells in 60: %q", Width(line), line)
		}
	}
}

func TestTheCardIsShortAndFits(t *testing.T) {
	card := Card{
		Version: "v1.0.0", Environment: "local", Tier: platform.Development, Source: "no keyvex.toml", State: "/home/ada/state",
		Next: []Hint{{"keyvex deploy -e local", "the whole back end on this machine"}},
	}
	for _, width := range []int{60, 80} {
		lines := Look{Width: width}.CardLines(card)
		if len(lines) > 16 {
			t.Errorf("%d lines", len(lines))
		}
		for _, line := range lines {
			if Width(line) > width {
				t.Errorf("%d cells in %d: %q", Width(line), width, line)
			}
		}
	}
}

func TestTheLastLineOfARunTellsWhatIsLeft(t *testing.T) {
	row := Done(place, began, &deploy.Result{Stacks: []deploy.StackResult{
		{Stack: platform.Storage, State: deploy.Gone, Retained: []deploy.ResourceName{{PhysicalID: "uploads"}}},
		{Stack: platform.Database, State: deploy.NoChange},
	}}, nil, nil)
	if !row.Changed || row.Error != "" || row.Stacks[0].Retained[0] != "uploads" {
		t.Errorf("got %+v", row)
	}
}
