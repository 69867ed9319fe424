package cli

import (
	"context"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/lambdas/bundle"
)

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Say which keyvex this is", GroupID: groupSelf, Args: noArguments,
		Example: "  keyvex version\n  keyvex version --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runVersion(cmd.Context(), a) },
	}
}

func runVersion(_ context.Context, a *app) error {
	v := present.Version{
		Version: build, Commit: revision(), Go: runtime.Version(),
		Platform: runtime.GOOS + "/" + runtime.GOARCH, Bundles: bundle.Available(),
	}
	if a.flags.json {
		return a.document(v)
	}
	a.print(v.Lines()...)
	return nil
}

// revision is what the Go toolchain recorded of the source, "+" for changes on top;
// empty when it was not built in a repository.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	commit, changed := "", ""
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision":
			commit = setting.Value[:min(len(setting.Value), 12)]
		case setting.Key == "vcs.modified" && setting.Value == "true":
			changed = "+"
		}
	}
	return commit + changed
}
