package cli

import (
	"context"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/tui"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/style"
)

// consoleMemory is what the console may take before garbage is collected more often than for
// other commands. It holds a hundred thousand lines, which are some 45 MB, and stands
// open all day; the program itself takes 35 MB more.
const consoleMemory = 66 << 20

type tuiOptions struct {
	*app
	budget float64
	demo   bool
}

// defaultBudget is what the console may cost an hour, in dollars, unless it is told.
const defaultBudget = 0.05

func newTUI(a *app) *cobra.Command {
	o := &tuiOptions{app: a}
	cmd := &cobra.Command{
		Use: "tui", Short: "Open the console: what is wrong, in one look", GroupID: groupLook, Args: noArguments,
		Long: "tui opens the console on the Overview: a verdict with its cause, and behind every\n" +
			"number the thing itself. ? shows the keys of each place. It writes nothing but what\n" +
			"is picked in the menu behind a; --read-only refuses that too.",
		Example: "  keyvex tui -e production\n  keyvex tui -e production --read-only --budget 0.01",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runTUI(cmd.Context(), o) },
	}
	cmd.Flags().Float64Var(&o.budget, "budget", defaultBudget, "at most so many `dollars` an hour for CloudWatch; 0 for any")
	cmd.Flags().BoolVar(&o.demo, "demo", false, "local alone: have users work with it meanwhile")
	return cmd
}

func (o *tuiOptions) check() error {
	switch {
	case o.flags.json:
		return problem.New(problem.Usage, "the console has no JSON").WithHint("keyvex status --json, keyvex metrics --json")
	case o.budget < 0:
		return problem.New(problem.Usage, "--budget cannot be negative").WithHint("dollars an hour, for example --budget 0.02")
	case !o.terminal.in || !o.terminal.out || !o.moves():
		return problem.New(problem.Refused, "the console needs a terminal").WithHint("keyvex status shows the verdict, also in a pipe")
	}
	return nil
}

func runTUI(ctx context.Context, o *tuiOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	choice, err := o.choose(ctx)
	if err != nil {
		return err
	}
	if o.demo && !choice.Environment.IsLocal() {
		return problem.New(problem.Usage, "--demo is for the local platform, not %s", choice.Environment).WithHint("leave out --demo")
	}
	folder, _ := os.Getwd() // a folder that is gone is told when something is written into it
	c := newConsole(o.app, choice, o.budget, folder)
	c.planted = o.demo
	ctx, cancel := c.ownSignals(ctx)
	defer cancel()
	look := o.outLook()
	host := &page.Host{
		Context: ctx, Clock: o.clock, Style: style.New(look), Zone: time.UTC, Focused: true,
		Where:    present.Where{Environment: choice.Environment.Name, Tier: choice.Environment.Tier, Account: choice.Settings.Account},
		ReadOnly: o.flags.readOnly || choice.Settings.ReadOnly,
	}
	shell := tui.New(tui.Options{
		Host: host, Pages: c.pages(), Folder: folder, Command: c.command,
		Editor: o.editor(),
	})
	c.tell = shell.Send
	defer c.runs.End()
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(consoleMemory))
	if o.demo {
		working := make(chan struct{})
		go func() { defer close(working); c.users(ctx) }()
		defer func() { cancel(); <-working }()
	}
	if err := tui.Run(ctx, shell, tui.Terminal{In: o.in, Out: o.out.w, Environ: o.environ, Color: look.Color}); err != nil {
		return err
	}
	o.farewell(choice.Environment)
	return nil
}

// farewell says what goes on, and how to end it.
func (o *tuiOptions) farewell(env platform.Environment) {
	if o.demo {
		o.note("the users left with the console; keyvex local traffic has others come")
	}
	if env.IsLocal() {
		o.note("the local platform runs on until keyvex local down")
		o.note("next: keyvex dotenv -e local --write .env.local")
	}
}
