package stacks_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/metrics/example"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/tui"
	"github.com/keyvex/keyvex/internal/tui/drive"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/stacks"
)

// screen is the page in a console, with CloudFormation as a test wants it.
type screen struct {
	*drive.Driver
	drive.Service
	// statuses are those of stacks that are not as they should be.
	statuses map[platform.Stack]string
	nothing  bool
	asked    int
	ran      []page.Run
	// newer is one more event, before the others.
	newer []deploy.PastEvent
}

func (s *screen) Status(ctx context.Context) ([]deploy.StackStatus, error) {
	s.asked++
	var out []deploy.StackStatus
	for i, stack := range platform.Stacks {
		row := deploy.StackStatus{Stack: stack, Name: "Keyvex-production-" + string(stack)}
		if !s.nothing {
			row.Status, row.Build, row.Protected = "UPDATE_COMPLETE", "3f2c1a9", true
			row.Updated, row.TemplateHash = example.Night.Add(-11*time.Hour), fmt.Sprintf("%08x", 0x1a2b3c4d*(i+1))
		}
		if status, ok := s.statuses[stack]; ok {
			row.Status = status
		}
		out = append(out, row)
	}
	return out, s.Answer(ctx)
}

func (s *screen) Outputs(context.Context) ([]deploy.Output, error) {
	if s.nothing {
		return nil, nil
	}
	return []deploy.Output{
		{Stack: platform.Security, Key: "ApplicationUserName", Value: "keyvex-application-production"},
		{Stack: platform.Database, Key: "TableName", Value: "keyvex-main-table-production"},
	}, nil
}

func (s *screen) LastOperation(ctx context.Context, stack platform.Stack) ([]deploy.PastEvent, error) {
	at := func(seconds int) time.Time { return example.Night.Add(time.Duration(seconds) * time.Second) }
	redis, queue := "AWS::ElastiCache::ReplicationGroup", "AWS::SQS::Queue"
	return append(s.newer, []deploy.PastEvent{
		{At: at(-10), LogicalID: "Keyvex-production-Database", Type: "AWS::CloudFormation::Stack", Status: "UPDATE_ROLLBACK_COMPLETE", Stack: true},
		{At: at(-22), LogicalID: "AiQueue", Type: queue, Status: "UPDATE_COMPLETE"},
		{At: at(-40), LogicalID: "Redis", Type: redis, Status: "UPDATE_FAILED",
			Reason: "InsufficientCacheClusterCapacity: cache.r6g.large is not available in us-east-1c now; ask for another zone, or try again later (Service: AmazonElastiCache; Status Code: 400)"},
		{At: at(-300), LogicalID: "AiQueue", Type: queue, Status: "UPDATE_COMPLETE"},
		{At: at(-320), LogicalID: "Redis", Type: redis, Status: "UPDATE_IN_PROGRESS"},
		{At: at(-325), LogicalID: "Keyvex-production-Database", Type: "AWS::CloudFormation::Stack", Status: "UPDATE_IN_PROGRESS", Stack: true, Reason: "User Initiated"},
	}...), s.Answer(ctx)
}

func open(t *testing.T, s *screen, target page.Target, test func(*testing.T, *screen)) {
	t.Helper()
	drive.Run(t, func(t *testing.T, d *drive.Driver) {
		s.Driver = d
		test(t, s)
	}, func(t *testing.T) tea.Model {
		host := drive.Production(t, example.Night)
		options := stacks.Options{Connect: func(context.Context) (stacks.Source, error) { return s, nil }}
		return tui.New(tui.Options{
			Host:  host,
			Pages: []page.Entry{{ID: page.Stacks, Name: "Stacks", Open: func(h *page.Host, _ page.Target) page.Page { return stacks.New(h, target, options) }}},
			Command: func(run page.Run) (tea.ExecCommand, error) {
				s.ran = append(s.ran, run)
				return nil, problem.New(problem.Refused, "not in this test")
			},
		})
	})
}

var failed = map[platform.Stack]string{platform.Database: "UPDATE_ROLLBACK_COMPLETE"}

func TestThePageInEachState(t *testing.T) {
	denied := problem.New(problem.Credentials, "CloudFormation DescribeStacks: AccessDenied: not authorized").WithHint("the identity lacks the permission for DescribeStacks")
	database := page.Target{Stack: platform.Database}
	for name, state := range map[string]struct {
		screen screen
		target page.Target
	}{
		"healthy":        {},
		"empty":          {screen: screen{nothing: true}},
		"failing":        {screen: screen{statuses: failed}},
		"loading":        {screen: screen{Service: drive.Service{Slow: time.Hour}}},
		"denied":         {screen: screen{Service: drive.Service{Refuse: denied}}},
		"events":         {screen: screen{statuses: failed}, target: database},
		"events-loading": {screen: screen{Service: drive.Service{Slow: time.Hour}}, target: database},
		"events-denied":  {screen: screen{Service: drive.Service{Refuse: denied}}, target: database},
	} {
		open(t, &state.screen, state.target, func(_ *testing.T, s *screen) { s.Golden(name) })
	}
}

func TestAStackThatChangesIsReadOften(t *testing.T) {
	open(t, &screen{statuses: map[platform.Stack]string{platform.Database: "UPDATE_IN_PROGRESS"}}, page.Target{}, func(t *testing.T, s *screen) {
		s.Advance(21 * time.Second)
		if s.asked != 5 {
			t.Errorf("asked %d times in 21 seconds, want 5", s.asked)
		}
		s.statuses = nil
		s.Advance(5 * time.Second)
		s.asked = 0
		s.Advance(3 * time.Minute)
		if s.asked != 3 {
			t.Errorf("asked %d times in three minutes at rest, want 3", s.asked)
		}
		s.Send(tea.BlurMsg{})
		s.asked = 0
		s.Advance(10 * time.Minute)
		if s.asked != 0 {
			t.Errorf("asked %d times though nobody watched", s.asked)
		}
	})
}

func TestTheNextFailureIsOneKeyAway(t *testing.T) {
	open(t, &screen{statuses: failed}, page.Target{}, func(t *testing.T, s *screen) {
		s.Press("enter", "e", "y") // the cursor is on the stack that failed
		if got := s.Clipboard(); !strings.Contains(got, "Redis UPDATE_FAILED InsufficientCacheClusterCapacity") {
			t.Errorf("copied %q\n%s", got, s.Screen())
		}
		s.Press("E")
		s.Press("esc", "y")
		if got := s.Clipboard(); got != "Keyvex-production-Database" {
			t.Errorf("copied %q\n%s", got, s.Screen())
		}
	})
}

func TestAClickChoosesAnEventOfSeveralLines(t *testing.T) {
	open(t, &screen{statuses: failed}, page.Target{}, func(t *testing.T, s *screen) {
		s.Press("enter")
		for y, line := range strings.Split(s.Screen(), "\n") {
			if strings.Contains(line, "AmazonElastiCache") {
				s.Click(20, y)
			}
		}
		if s.Press("y"); !strings.Contains(s.Clipboard(), "Redis UPDATE_FAILED") {
			t.Errorf("copied %q\n%s", s.Clipboard(), s.Screen())
		}
	})
}

func TestWhatCannotBeReadAgainIsNeverAStaleGreen(t *testing.T) {
	open(t, &screen{}, page.Target{}, func(t *testing.T, s *screen) {
		s.Refuse = problem.New(problem.Failed, "CloudFormation DescribeStacks: Throttling: Rate exceeded")
		s.Press("r")
		for _, text := range []string{"Throttling: Rate exceeded", "? Database", "data 0s"} {
			if !strings.Contains(s.Screen(), text) {
				t.Errorf("there is no %q\n%s", text, s.Screen())
			}
		}
		if strings.Contains(s.Screen(), "●") {
			t.Errorf("a row is green\n%s", s.Screen())
		}
	})
}

func TestTheCursorStaysWithItsEventWhenNewerOnesCome(t *testing.T) {
	open(t, &screen{statuses: failed}, page.Target{}, func(t *testing.T, s *screen) {
		s.Press("enter", "e")
		s.newer = []deploy.PastEvent{{At: example.Night, LogicalID: "Keyvex-production-Database", Status: "DELETE_IN_PROGRESS", Stack: true}}
		s.Press("r", "y")
		if got := s.Clipboard(); !strings.Contains(got, "Redis UPDATE_FAILED") {
			t.Errorf("copied %q\n%s", got, s.Screen())
		}
	})
}

func TestDeployingIsDoneByTheCommandThatShowsAndAsks(t *testing.T) {
	for letter, want := range map[string]string{"d": "{[deploy] true}", "c": "{[diff] false}", "u": "{[outputs] false}"} {
		open(t, &screen{}, page.Target{}, func(t *testing.T, s *screen) {
			s.Press("a", letter)
			if len(s.ran) != 1 || fmt.Sprint(s.ran[0]) != want {
				t.Errorf("%s ran %v, want %s", letter, s.ran, want)
			}
			if !strings.Contains(s.Screen(), "not in this test") {
				t.Errorf("the refusal is not said\n%s", s.Screen())
			}
		})
	}
}
