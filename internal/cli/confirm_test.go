package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// asked is an app at a terminal where that is typed.
func asked(typed string) *app {
	a := newApp(nil, Streams{In: strings.NewReader(typed), Out: &bytes.Buffer{}, Err: &bytes.Buffer{}})
	a.terminal = terminal{in: true, out: true, err: true}
	return a
}

func TestTheNameMustBeTyped(t *testing.T) {
	development := platform.Environment{Name: "staging", Tier: platform.Development}
	production := platform.Environment{Name: "live", Tier: platform.Production}
	for _, test := range []struct {
		name  string
		typed string
		flags globals
		env   platform.Environment
		want  problem.Kind
	}{
		{"typed", "staging\n", globals{}, development, 0},
		{"typed wrong", "stagin\n", globals{}, development, problem.Refused},
		{"only enter", "\n", globals{}, development, problem.Refused},
		{"end of input", "", globals{}, development, problem.Interrupted},
		{"--confirm", "", globals{confirm: "staging"}, development, 0},
		{"--confirm another", "staging\n", globals{confirm: "dev"}, development, problem.Refused},
		{"--yes", "", globals{yes: true}, development, 0},
		{"--yes in production", "no\n", globals{yes: true}, production, problem.Refused},
		{"--yes, nobody there", "", globals{yes: true, noInput: true}, production, problem.Refused},
		{"--confirm in production", "", globals{confirm: "live"}, production, 0},
		{"--json asks nothing", "staging\n", globals{json: true}, development, problem.Refused},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := asked(test.typed)
			a.flags = test.flags
			err := a.confirmName(t.Context(), test.env)
			if test.want == 0 && err != nil || test.want != 0 && !problem.Is(err, test.want) {
				t.Errorf("got %v, want kind %d", err, test.want)
			}
		})
	}
}

func TestOnlyYesIsYes(t *testing.T) {
	for typed, want := range map[string]bool{"y\n": true, "YES\n": true, "n\n": false, "\n": false, "yup\n": false} {
		if err := asked(typed).confirm(t.Context(), "deploy?"); (err == nil) != want {
			t.Errorf("%q gives %v", typed, err)
		}
	}
}
