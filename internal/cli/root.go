package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/problem"
)

// The groups of the help text, in its order.
const (
	groupStart   = "start"
	groupDeploy  = "deploy"
	groupLook    = "look"
	groupSources = "sources"
	groupSelf    = "self"
)

var groups = []*cobra.Group{
	{ID: groupStart, Title: "For an application on this machine"},
	{ID: groupDeploy, Title: "Change an environment"},
	{ID: groupLook, Title: "Look at an environment"},
	{ID: groupSources, Title: "Take the infrastructure elsewhere"},
	{ID: groupSelf, Title: "About keyvex"},
}

func newRoot(a *app) *cobra.Command {
	cobra.EnableCommandSorting = false
	root := &cobra.Command{
		Use:   "keyvex",
		Short: "Deploy and operate the Keyvex back end",
		Long: "keyvex deploys the Keyvex back end, six CloudFormation stacks, and operates it.\n" +
			"The environment local lives in an AWS inside keyvex: no account, no Docker, no Node.",
		Example: "  keyvex deploy -e local              the whole back end on this machine\n" +
			"  keyvex dotenv --write .env.local    its variables for the Next.js application\n" +
			"  keyvex deploy -e production         on AWS, with your own credentials",
		SilenceErrors: true, SilenceUsage: true,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return runCard(cmd.Context(), a) },
		PersistentPreRunE: func(*cobra.Command, []string) error {
			return a.flags.check()
		},
	}
	a.flags.bind(root.PersistentFlags())
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return problem.New(problem.Usage, "%s", err).WithHint("%s --help lists the flags", cmd.CommandPath()).WithCause(err)
	})
	root.SetHelpFunc(describe)
	root.SetUsageFunc(usage)
	root.AddGroup(groups...)
	root.SetHelpCommandGroupID(groupSelf)
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(commands(a)...)
	completeEnvironments(a, root)
	return root
}

// noSuchCommand refuses arguments of the bare command, which are misspelt commands.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	cmd.SuggestionsMinimumDistance = 2
	hint, prefix := cmd.CommandPath()+" --help lists the commands", cmd.CommandPath()+" "
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "did you mean " + prefix + strings.Join(near, " or "+prefix)
	}
	return problem.New(problem.Usage, "there is no command %q", args[0]).WithHint("%s", hint)
}

// noArguments refuses what no command expects.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return problem.New(problem.Usage, "%s takes no argument, and %q was given", cmd.CommandPath(), args[0]).
			WithHint("%s --help", cmd.CommandPath())
	}
	return nil
}
