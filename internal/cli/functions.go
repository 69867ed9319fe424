package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/functions"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
)

func newFunctions(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "functions", Short: "Show the functions, pause and resume their consumption", GroupID: groupLook, Args: noSuchCommand,
		Long: "A paused function takes no messages from its queue: they wait there, and none dies.\n" +
			"What it was processing comes to its end.",
		Example: "  keyvex functions list\n  keyvex functions pause ai-processor -e production",
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newFunctionsList(a),
		newFunctionsSwitch(a, "pause", "Stop a function's polling of its queue", (*functions.Functions).Pause),
		newFunctionsSwitch(a, "resume", "Start a function's polling of its queue again", (*functions.Functions).Resume))
	return cmd
}

func (a *app) functionsAt(at ground) *functions.Functions {
	return &functions.Functions{Lambda: at.session.Lambda(), Environment: at.choice.Environment, Clock: a.clock}
}

func newFunctionsList(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "Show the functions and whether they consume", Args: noArguments,
		Example: "  keyvex functions list -e production",
		RunE: func(cmd *cobra.Command, _ []string) error {
			at, err := a.stand(cmd.Context())
			if err != nil {
				return err
			}
			all, err := a.functionsAt(at).List(cmd.Context())
			if err != nil {
				return err
			}
			return a.showFunctions(at, all)
		},
	}
}

func (a *app) showFunctions(at ground, all []functions.Status) error {
	if a.flags.json {
		return a.document(present.Functions(at.place(), all))
	}
	a.print(a.outLook().FunctionsTable(all)...)
	return nil
}

func newFunctionsSwitch(a *app, use, short string, does func(*functions.Functions, context.Context, platform.Function) (functions.Status, error)) *cobra.Command {
	return &cobra.Command{
		Use: use + " FUNCTION", Short: short,
		Example: "  keyvex functions " + use + " ai-processor -e production",
		Args:    oneFunction, ValidArgs: strs(platform.Functions),
		RunE: func(cmd *cobra.Command, args []string) error {
			function, _ := platform.FindFunction(args[0])
			at, err := a.standToWrite(cmd.Context(), a.flags.env)
			if err != nil {
				return err
			}
			status, err := does(a.functionsAt(at), cmd.Context(), function)
			if err != nil {
				return err
			}
			return a.showFunctions(at, []functions.Status{status})
		},
	}
}

func oneFunction(_ *cobra.Command, args []string) error {
	names := strs(platform.Functions)
	if len(args) != 1 {
		return problem.New(problem.Usage, "which function is meant").WithHint("%s, %s, %s or %s", names[0], names[1], names[2], names[3])
	}
	if _, ok := platform.FindFunction(args[0]); !ok {
		return problem.New(problem.Usage, "there is no function %q", args[0]).WithHint("%s, %s, %s or %s", names[0], names[1], names[2], names[3])
	}
	return nil
}
