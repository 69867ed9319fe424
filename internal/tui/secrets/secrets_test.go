package secrets_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/metrics/example"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
	domain "github.com/keyvex/keyvex/internal/secrets"
	"github.com/keyvex/keyvex/internal/tui"
	"github.com/keyvex/keyvex/internal/tui/drive"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/secrets"
)

// screen is the page in a console, with Secrets Manager as a test wants it.
type screen struct {
	*drive.Driver
	drive.Service
	keys  []domain.KeyStatus
	asked int
	ran   []page.Run
}

func (s *screen) Keys(ctx context.Context) ([]domain.KeyStatus, error) {
	s.asked++
	return s.keys, s.Answer(ctx)
}

func (s *screen) History(ctx context.Context, _ platform.Secret) ([]domain.Past, error) {
	return []domain.Past{
		{Version: "9c1e0000-1111-4222-8333-444455556666", Stages: []string{"AWSCURRENT"}, Created: example.Night.Add(-26 * time.Minute), Accessed: example.Night},
		{Version: "7b020000-1111-4222-8333-444455556666", Stages: []string{"AWSPREVIOUS"}, Created: example.Night.Add(-11 * 24 * time.Hour)},
	}, s.Answer(ctx)
}

// keys are all of the platform's: set, but for what a test changes.
func keys(change func(*domain.KeyStatus)) []domain.KeyStatus {
	var out []domain.KeyStatus
	for _, k := range platform.SecretKeys() {
		status := domain.KeyStatus{
			Key: k, State: domain.Set, Version: "9c1e0000-1111-4222-8333-444455556666", Changed: example.Night.Add(-26 * time.Minute),
			Used: domain.Usage{At: example.Night.Add(-12 * time.Second)},
		}
		change(&status)
		out = append(out, status)
	}
	return out
}

func healthy(*domain.KeyStatus) {}

func fresh(k *domain.KeyStatus) {
	if k.Key.Kind != platform.GeneratedKey {
		*k = domain.KeyStatus{Key: k.Key, State: domain.Unset}
	}
}

func failing(k *domain.KeyStatus) {
	switch k.Key.Name {
	case "openai_api_key":
		k.State, k.Reason = domain.Failing, "does not start with sk-"
	case "stripe_secret_key":
		k.State, k.Reason = domain.Placeholder, "is a placeholder"
	}
}

func open(t *testing.T, s *screen, test func(*testing.T, *screen)) {
	t.Helper()
	drive.Run(t, func(t *testing.T, d *drive.Driver) {
		s.Driver = d
		test(t, s)
	}, func(t *testing.T) tea.Model {
		host := drive.Production(t, example.Night)
		options := secrets.Options{Connect: func(context.Context) (secrets.Source, error) { return s, nil }}
		return tui.New(tui.Options{
			Host:  host,
			Pages: []page.Entry{{ID: page.Secrets, Name: "Secrets", Open: func(h *page.Host, _ page.Target) page.Page { return secrets.New(h, options) }}},
			Command: func(run page.Run) (tea.ExecCommand, error) {
				s.ran = append(s.ran, run)
				return nil, problem.New(problem.Refused, "not in this test")
			},
		})
	})
}

func TestThePageInEachState(t *testing.T) {
	denied := problem.New(problem.Credentials, "Secrets Manager GetSecretValue: AccessDeniedException: not authorized").WithHint("the identity lacks the permission for GetSecretValue")
	for name, state := range map[string]struct {
		screen screen
		keys   []string
	}{
		"healthy":          {screen: screen{keys: keys(healthy)}},
		"empty":            {screen: screen{keys: keys(fresh)}},
		"failing":          {screen: screen{keys: keys(failing)}},
		"loading":          {screen: screen{Service: drive.Service{Slow: time.Hour}}},
		"denied":           {screen: screen{Service: drive.Service{Refuse: denied}}},
		"versions":         {screen: screen{keys: keys(healthy)}, keys: []string{"enter"}},
		"versions-loading": {screen: screen{keys: keys(healthy), Service: drive.Service{Slow: time.Second}}, keys: []string{"enter"}},
	} {
		open(t, &state.screen, func(_ *testing.T, s *screen) {
			if s.Slow == time.Second {
				s.Advance(2 * time.Second)
			}
			s.Press(state.keys...)
			s.Golden(name)
		})
	}
}

func TestWhatIsShownStaysWhereItCannotBeReadAgain(t *testing.T) {
	open(t, &screen{keys: keys(healthy)}, func(t *testing.T, s *screen) {
		s.Refuse = problem.New(problem.Failed, "Secrets Manager ListSecretVersionIds: ThrottlingException: slow down")
		s.Press("r")
		s.Golden("throttled")
		s.Refuse = nil
		s.Press("r")
		if text := s.Screen(); strings.Contains(text, "Throttling") || s.asked != 3 {
			t.Errorf("asked %d times\n%s", s.asked, text)
		}
	})
}

func TestWritingIsDoneByTheCommandThatAsksHidden(t *testing.T) {
	for _, test := range []struct {
		keys []string
		want []string
	}{
		{[]string{"a", "s"}, []string{"secrets", "set", "ai.openai_api_key"}},
		{[]string{"a", "w"}, []string{"secrets", "set"}},
		{[]string{"a", "b"}, nil}, // there is no value
		{[]string{"G", "a", "g"}, []string{"secrets", "generate", "database.redis_auth_token"}},
		{[]string{"G", "enter", "a", "b"}, []string{"secrets", "rollback", "database"}},
	} {
		open(t, &screen{keys: keys(fresh)}, func(t *testing.T, s *screen) {
			s.Press(test.keys...)
			var got []string
			for _, run := range s.ran {
				if got = run.Args; !run.Writes {
					t.Errorf("%v is not marked as writing", run.Args)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%v ran %v, want %v\n%s", test.keys, got, test.want, s.Screen())
			}
		})
	}
}

func TestTheWayIntoAVersionAndBack(t *testing.T) {
	open(t, &screen{keys: keys(healthy)}, func(t *testing.T, s *screen) {
		s.Press("y")
		if got := s.Clipboard(); got != "ai.openai_api_key" {
			t.Errorf("copied %q", got)
		}
		s.Press("enter", "j", "y")
		if got := s.Clipboard(); !strings.HasPrefix(got, "7b02") {
			t.Errorf("copied %q", got)
		}
		s.Press("Y")
		if got := s.Clipboard(); got != "keyvex secrets history ai -e production" {
			t.Errorf("copied %q", got)
		}
		s.Press("esc", "Y")
		if got := s.Clipboard(); got != "keyvex secrets list -e production" {
			t.Errorf("copied %q\n%s", got, s.Screen())
		}
	})
}
