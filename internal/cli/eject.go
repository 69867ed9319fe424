package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/eject"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
)

func newEject(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "eject DIR", Short: "Write out the CDK and Lambda sources", GroupID: groupSources,
		Long: "eject writes the CDK app and the Lambda functions that this binary was built from, with\n" +
			"all they import, into a new folder: a Go module that builds by itself.",
		Example: "  keyvex eject infrastructure",
		Args:    oneFolder,
		RunE:    func(cmd *cobra.Command, args []string) error { return runEject(cmd.Context(), a, args[0]) },
	}
}

func runEject(_ context.Context, a *app, folder string) error {
	files, err := eject.To(folder)
	if err != nil {
		return err
	}
	if a.flags.json {
		return a.document(present.Written{Folder: folder, Files: files})
	}
	a.print(present.Count(len(files), "file") + " written to " + folder)
	return nil
}

func oneFolder(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return problem.New(problem.Usage, "%s takes one folder", cmd.CommandPath()).WithHint("%s, for example", cmd.Example[2:])
	}
	return nil
}
