package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/stacks/assembly/cdkout"
)

type synthOptions struct {
	*app
	out string
}

func newSynth(a *app) *cobra.Command {
	o := &synthOptions{app: a}
	cmd := &cobra.Command{
		Use: "synth --out DIR", Short: "Write a cloud assembly for the cdk CLI", GroupID: groupSources, Args: noArguments,
		Long: "synth writes the environment's templates and assets as a cloud assembly, which the cdk\n" +
			"CLI lists, diffs and deploys under the stacks' real names, without a CDK bootstrap.",
		Example: "  keyvex synth -e development --out cdk.out\n  cdk --app cdk.out diff",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runSynth(cmd.Context(), o) },
	}
	cmd.Flags().StringVar(&o.out, "out", "", "the `folder` to write to")
	return cmd
}

func runSynth(ctx context.Context, o *synthOptions) error {
	if o.out == "" {
		return problem.New(problem.Usage, "no folder is given").WithHint("keyvex synth --out cdk.out")
	}
	if err := vacantOrAssembly(o.out); err != nil {
		return err
	}
	choice, err := o.choose(ctx)
	if err != nil {
		return err
	}
	zips, err := zipsFor(choice.Environment)
	if err != nil {
		return err
	}
	templates, err := instantiate(choice.Environment, zips)
	if err != nil {
		return err
	}
	session, err := o.open(ctx, choice)
	if err != nil {
		return err
	}
	who, err := session.Identity(ctx)
	if err != nil {
		return err
	}
	var assets []cdkout.Asset
	for _, zip := range zips {
		content, err := zip.Content()
		if err != nil {
			return err
		}
		assets = append(assets, cdkout.Asset{Bundle: zip.Bundle, Content: content})
	}
	if err := cdkout.Write(o.out, choice.Environment, templates, assets, who.Account, session.Region()); err != nil {
		return problem.New(problem.Failed, "%s could not be written: %s", o.out, err).WithHint("name a folder on a disk with some megabytes free").WithCause(err)
	}
	if o.flags.json {
		return o.document(present.Written{Folder: o.out, Files: filesIn(o.out)})
	}
	o.print(present.Count(len(templates), "stack")+" written to "+o.out, "cdk --app "+o.out+" ls")
	return nil
}

// vacantOrAssembly refuses a folder that holds something other than an assembly.
func vacantOrAssembly(folder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if _, statErr := os.Stat(filepath.Join(folder, "cdk.out")); statErr == nil {
		return nil
	}
	return problem.New(problem.Refused, "%s holds something other than a cloud assembly, nothing was written", folder).
		WithHint("name a new folder").WithCause(err)
}

func filesIn(folder string) []string {
	var files []string
	entries, _ := os.ReadDir(folder)
	for _, entry := range entries {
		files = append(files, entry.Name())
	}
	return files
}
