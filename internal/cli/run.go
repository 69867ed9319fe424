package cli

import (
	"context"
	"errors"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/dotenv"
	"github.com/keyvex/keyvex/internal/problem"
)

func newRun(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "run -e ENV -- COMMAND [ARG...]", Short: "Run a command with the application's variables", GroupID: groupStart,
		Long: "run replaces itself by a command that has the variables of keyvex dotenv in its\n" +
			"environment; signals and the exit code are the command's own. For local it also gets\n" +
			"the local platform's endpoint and key, and no AWS setting of this machine.",
		Example: "  keyvex run -e local -- npm run dev\n" +
			"  keyvex run -e local -- aws cloudformation describe-stacks",
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

// keptForLocal are the AWS variables that say how a client behaves, not whom it is
// or where it goes; every other one is taken from a command that is to see the
// local platform alone.
var keptForLocal = []string{"AWS_PAGER", "AWS_CA_BUNDLE", "AWS_DEFAULT_OUTPUT", "AWS_CLI_AUTO_PROMPT", "AWS_SDK_UA_APP_ID"}

func childEnvironment(inherited []string, session *cloud.Session, groups []dotenv.Group) []string {
	set := dotenv.Variables(groups)
	if local := session.Options.Local; local != nil {
		inherited = slices.DeleteFunc(slices.Clone(inherited), func(variable string) bool {
			name, _, _ := strings.Cut(variable, "=")
			return strings.HasPrefix(name, "AWS_") && !slices.Contains(keptForLocal, name)
		})
		set = append(set, "AWS_ENDPOINT_URL="+local.Endpoint, "AWS_ACCESS_KEY_ID="+local.AccessKeyID,
			"AWS_SECRET_ACCESS_KEY="+local.SecretKey, "AWS_EC2_METADATA_DISABLED=true")
	}
	set = append(set, "AWS_REGION="+session.Region(), "AWS_DEFAULT_REGION="+session.Region(),
		"KEYVEX_ENV="+session.Options.Environment.Name)
	return merge(inherited, set)
}

// merge gives every variable once, the later value in the place of the earlier.
func merge(environ, set []string) []string {
	out := slices.Clone(environ)
	for _, variable := range set {
		name, _, _ := strings.Cut(variable, "=")
		i := slices.IndexFunc(out, func(v string) bool { return strings.HasPrefix(v, name+"=") })
		if i < 0 {
			out = append(out, variable)
		} else {
			out[i] = variable
		}
	}
	return out
}
