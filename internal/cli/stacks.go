package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// bindStacks adds the repeatable --stack with its completion.
func bindStacks(cmd *cobra.Command, into *[]string, usage string) {
	cmd.Flags().StringArrayVar(into, "stack", nil, usage)
	complete(cmd, "stack", func() []string { return strs(platform.Stacks) })
}

func parseStacks(names []string) ([]platform.Stack, error) {
	var out []platform.Stack
	for _, name := range names {
		stack, ok := platform.FindStack(name)
		if !ok {
			return nil, problem.New(problem.Usage, "there is no stack %q", name).
				WithHint("the stacks are %s", strings.Join(strs(platform.Stacks), ", "))
		}
		out = append(out, stack)
	}
	return out, nil
}

func strs[S ~string](values []S) []string {
	out := make([]string, len(values))
	for i, value := range values {
		out[i] = string(value)
	}
	return out
}
