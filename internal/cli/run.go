package cli

import (
	"context"
	"errors"
	"io/fs"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/dotenv"
	"github.com/keyvex/keyvex/internal/problem"
)

func newRun(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "run -e ENV -- COMMAND [ARG...]", Short: "Run a command with the application's variables", GroupID: groupStart,
		Long: "run replaces itself by a command that has the variables of keyvex dotenv in its\n" +
			"environment; signals and the exit code are the command's own. For local it also gets\n" +
			"the local platform's endpoint and key, and no AWS setting or file of this machine;\n" +
			"the aws CLI gets --endpoint-url, too, since its versions disagree about the variable.\n" +
			"The local platform stays as long as the command runs.",
		Example: "  keyvex run -e local -- npm run dev\n" +
			"  keyvex run -e local -- aws sqs list-queues\n" +
			"  keyvex run -e development -- npm test",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return problem.New(problem.Usage, "no command is given").WithHint("keyvex run -e local -- npm run dev")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runRun(cmd.Context(), a, args) },
	}
}

func runRun(ctx context.Context, a *app, command []string) error {
	choice, err := a.choose(ctx)
	if err != nil {
		return err
	}
	path, err := a.lookPath(command[0])
	if err != nil {
		return err
	}
	session, err := a.open(ctx, choice)
	if err != nil {
		return err
	}
	groups, err := dotenv.For(ctx, session)
	if err != nil && !(choice.Environment.IsLocal() && problem.Is(err, problem.NotFound)) {
		return err
	}
	if session.Options.Local != nil {
		command = withEndpoint(command, session.Options.Local.Endpoint)
		if err := a.leaseLocal(ctx); err != nil {
			return err
		}
	}
	err = replaceProcess(path, command, childEnvironment(a.environ, session, groups))
	return problem.New(problem.Failed, "%s cannot be run: %s", command[0], err).WithHint("check the file and its permissions").WithCause(err)
}

func (a *app) lookPath(name string) (string, error) {
	path, err := exec.LookPath(name)
	if errors.Is(err, exec.ErrDot) {
		path, err = filepath.Abs(path)
	}
	if err == nil {
		return path, nil
	}
	why := err
	if inner, ok := errors.AsType[*exec.Error](err); ok {
		why = inner.Err
	}
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		return "", problem.New(problem.NotFound, "there is no command %q", name).WithHint("check PATH, or give the whole path").WithCause(err)
	}
	return "", problem.New(problem.Failed, "%s cannot be run: %s", name, why).WithHint("check the file and its permissions").WithCause(err)
}
