package cli

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/keyvex/keyvex/internal/present"
)

func walk(cmd *cobra.Command, visit func(*cobra.Command)) {
	for _, child := range cmd.Commands() {
		visit(child)
		walk(child, visit)
	}
}

func TestEveryCommandExplainsItself(t *testing.T) {
	page, err := os.ReadFile("../../docs/commands.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	walk(newRoot(newApp(nil, Streams{Out: &bytes.Buffer{}, Err: &bytes.Buffer{}})), func(cmd *cobra.Command) {
		if cmd.Name() == "help" {
			return
		}
		seen++
		if cmd.Example == "" || cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s has no example, or no short text without a full stop", cmd.CommandPath())
		}
		for line := range strings.Lines(cmd.Long) {
			if len(line) > 90 {
				t.Errorf("%s: a line of %d characters", cmd.CommandPath(), len(line))
			}
		}
		if !cmd.HasSubCommands() && !strings.Contains(string(page), "`"+cmd.CommandPath()) {
			t.Errorf("docs/commands.md does not speak of %s", cmd.CommandPath())
		}
		cmd.LocalNonPersistentFlags().VisitAll(func(flag *pflag.Flag) {
			if flag.Name != "help" && !strings.Contains(string(page), "--"+flag.Name) {
				t.Errorf("docs/commands.md does not speak of %s --%s", cmd.CommandPath(), flag.Name)
			}
		})
	})
	if seen < 17 {
		t.Errorf("only %d commands found", seen)
	}
}

func TestTheHelpOfACommandFitsOnAScreen(t *testing.T) {
	var out bytes.Buffer
	root := newRoot(newApp(nil, Streams{Out: &out, Err: &out}))
	walk(root, func(cmd *cobra.Command) {
		out.Reset()
		cmd.SetOut(&out)
		describe(cmd, nil)
		if n := strings.Count(out.String(), "\n"); n > 25 || n < 8 {
			t.Errorf("%s: %d lines\n%s", cmd.CommandPath(), n, out.String())
		}
		for line := range strings.Lines(out.String()) {
			if present.Width(strings.TrimSuffix(line, "\n")) > helpWidth {
				t.Errorf("%s: %q", cmd.CommandPath(), line)
			}
		}
	})
}

func TestVariablesOfAChildAreThereOnce(t *testing.T) {
	got := merge([]string{"A=1", "AB=2", "C=3"}, []string{"A=4", "D=5", "D=6"})
	if want := "A=4 AB=2 C=3 D=6"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestAnEditorOfBlanksIsNone(t *testing.T) {
	for _, c := range []struct{ visual, editor, want string }{
		{" ", "\t", "vi"}, {"", " nano -w ", "nano -w"}, {" ", "nano", "nano"}, {"code --wait", "nano", "code --wait"},
	} {
		if got := newApp([]string{"VISUAL=" + c.visual, "EDITOR=" + c.editor}, Streams{}).editor(); got != c.want {
			t.Errorf("%q and %q: %q, not %q", c.visual, c.editor, got, c.want)
		}
	}
}
