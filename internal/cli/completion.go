package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

var shells = map[string]func(root *cobra.Command, a *app) error{
	"bash": func(root *cobra.Command, a *app) error {
		a.print(withoutBashCompletion)
		return root.GenBashCompletionV2(a.out, true)
	},
	"zsh":        func(root *cobra.Command, a *app) error { return root.GenZshCompletion(a.out) },
	"fish":       func(root *cobra.Command, a *app) error { return root.GenFishCompletion(a.out, true) },
	"powershell": func(root *cobra.Command, a *app) error { return root.GenPowerShellCompletionWithDesc(a.out) },
}

// withoutBashCompletion stands in for the two functions of the bash-completion package
// that the script calls. Many machines do not have that package.
const withoutBashCompletion = `if ! declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref() {
        words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
        cur=${words[cword]} prev=${words[cword-1]}
    }
fi
if ! declare -F __ltrim_colon_completions >/dev/null; then
    __ltrim_colon_completions() { :; }
fi`

func newCompletion(a *app) *cobra.Command {
	names := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use: "completion SHELL", Short: "Print the completion script of a shell", GroupID: groupSelf,
		Long: "completion prints a script that completes commands, flags, environments and stacks.",
		Example: "  source <(keyvex completion bash)\n" +
			"  keyvex completion zsh > \"${fpath[1]}/_keyvex\"\n" +
			"  keyvex completion fish | source",
		ValidArgs: names,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(names, args[0]) {
				return problem.New(problem.Usage, "which shell is meant").WithHint("bash, zsh, fish or powershell")
			}
			return shells[args[0]](cmd.Root(), a)
		},
	}
}

// complete offers the values of a flag. They come from names alone: a key press in
// a shell never calls AWS.
func complete(cmd *cobra.Command, flag string, values func() []string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return values(), cobra.ShellCompDirectiveNoFileComp
	})
}

// completeEnvironments offers local and what keyvex.toml names.
func completeEnvironments(a *app, root *cobra.Command) {
	environments := func() []string {
		names := []string{platform.Local}
		if file, err := a.configuration(); err == nil {
			for _, name := range append(file.Names(), file.DefaultEnvironment) {
				if name != "" && !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
		}
		return names
	}
	complete(root, "env", environments)
	complete(root, "confirm", environments)
	complete(root, "color", func() []string { return colorModes })
}
